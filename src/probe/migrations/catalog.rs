//! What the server's catalog says of state tables, the project's tool's and others', and of the tables beside them.

use crate::migrations::listing::quoted;
use crate::migrations::tools;
use crate::quote;
use crate::server::session::Row;

/// How many ordinary tables are named.
const NAMED_TABLES: usize = 20;

/// The question: state tables with their columns, some of the other tables, how many those are, and the search path.
pub fn sql(version_tables: &[String]) -> String {
    let mut names: Vec<&str> = tools::state_tables().map(|table| table.name).collect();
    names.extend(version_tables.iter().map(String::as_str));
    names.sort_unstable();
    names.dedup();
    let names: Vec<String> = names.into_iter().map(quote::sql_literal).collect();
    let names = names.join(", ");
    let shown = "CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN 't' ELSE 'f' END";
    let from = "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'";
    // An Alembic table under any name has this one column alone.
    let is_version_table = "(SELECT pg_catalog.array_agg(a.attname::pg_catalog.text) FROM pg_catalog.pg_attribute a \
                            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) = ARRAY['version_num']";
    let is_ordinary = format!(
        "c.relname NOT IN ({names}) AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
         WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')"
    );
    format!(
        "SELECT 'state', n.nspname::pg_catalog.text, c.relname::pg_catalog.text, {shown}, \
         CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE') THEN 't' ELSE 'f' END, \
         (SELECT pg_catalog.string_agg(a.attname::pg_catalog.text, ',' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a \
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), \
         CASE WHEN pg_catalog.has_table_privilege(c.oid, 'SELECT') THEN 't' ELSE 'f' END \
         {from} AND (c.relname IN ({names}) OR {is_version_table}) \
         UNION ALL (SELECT 'table', n.nspname::pg_catalog.text, c.relname::pg_catalog.text, {shown}, NULL, NULL, NULL \
         {from} AND {is_ordinary} ORDER BY 4 DESC, 2, 3 LIMIT {NAMED_TABLES}) \
         UNION ALL SELECT 'count', pg_catalog.count(*)::pg_catalog.text, \
         pg_catalog.count(*) FILTER (WHERE pg_catalog.pg_table_is_visible(c.oid))::pg_catalog.text, NULL, NULL, NULL, NULL \
         {from} AND {is_ordinary} \
         UNION ALL SELECT 'path', p.name::pg_catalog.text, NULL, NULL, NULL, NULL, NULL \
         FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS p (name, place)"
    )
}

/// What frameworks fill in by themselves.
const SEEDED: &[&str] = &["django_content_type", "auth_permission", "django_site"];

/// The question whether a table on the search path takes up any space; NULL where there is none. Only asked where the answer
/// matters: it has to wait for a migration that holds a table.
pub fn data_sql() -> String {
    let mut left_out: Vec<&str> = tools::state_tables()
        .map(|table| table.name)
        .chain(SEEDED.iter().copied())
        .collect();
    left_out.sort_unstable();
    left_out.dedup();
    let left_out: Vec<String> = left_out.into_iter().map(quote::sql_literal).collect();
    format!(
        "SELECT pg_catalog.bool_or(pg_catalog.pg_relation_size(c.oid) > 0)::pg_catalog.text \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' \
         AND pg_catalog.pg_table_is_visible(c.oid) AND c.relname NOT IN ({}) \
         AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
         WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')",
        left_out.join(", ")
    )
}

/// Whether the answer to that is no.
pub fn says_empty(rows: &super::Rows) -> bool {
    let answer = rows.as_ref().ok().and_then(|rows| rows.first()?.first()?.as_deref());
    answer == Some("false")
}

/// A table that some tool keeps its state in.
#[derive(Debug)]
pub struct StateTable {
    pub schema: String,
    pub name: String,
    /// An unqualified name finds it.
    pub visible: bool,
    /// The role has USAGE on its schema.
    pub usage: bool,
    /// The role may read it.
    pub readable: bool,
    columns: Vec<String>,
}

impl StateTable {
    /// What it is, as far as name and columns tell.
    pub fn kind(&self) -> Option<tools::StateTable> {
        let has = |column: &&str| self.columns.iter().any(|own| own == column);
        tools::state_tables().find(|table| table.name == self.name && table.columns.iter().all(has))
    }

    /// The tool that records its migrations there.
    pub fn tool(&self) -> Option<&'static str> {
        match self.kind() {
            Some(table) => table.is_record.then_some(table.tool),
            None => self.is_version_table().then_some("Alembic"),
        }
    }

    /// Whether its one column is Alembic's.
    pub fn is_version_table(&self) -> bool {
        self.columns == ["version_num"]
    }

    /// `"schema"."name"`
    pub fn shown(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

/// The answer.
#[derive(Debug, Default)]
pub struct Catalog {
    pub state: Vec<StateTable>,
    /// How many ordinary tables an unqualified name finds.
    pub visible: usize,
    /// Some of those, with their schema.
    pub examples: Vec<String>,
    /// The effective search path.
    pub path: Vec<String>,
}

impl Catalog {
    pub fn read(rows: &[Row]) -> Self {
        let mut catalog = Self::default();
        for row in rows {
            let text = |at: usize| row.get(at).cloned().flatten().unwrap_or_default();
            match text(0).as_str() {
                "state" => catalog.state.push(StateTable {
                    schema: text(1),
                    name: text(2),
                    visible: text(3) == "t",
                    usage: text(4) == "t",
                    readable: text(4) == "t" && text(6) == "t",
                    columns: text(5).split(',').map(str::to_owned).collect(),
                }),
                "table" if text(3) == "t" => catalog.examples.push(format!("{}.{}", text(1), text(2))),
                "count" => catalog.visible = text(2).parse().unwrap_or_default(),
                "path" => catalog.path.push(text(1)),
                _ => {}
            }
        }
        catalog
    }

    /// A state table of that name which an unqualified name does not find.
    pub fn hidden(&self, name: &str) -> Option<&StateTable> {
        let mut named = self.state.iter().filter(|table| table.name == name && table.tool().is_some());
        named.clone().all(|table| !table.visible).then(|| named.next()).flatten()
    }

    /// State tables on the search path whose tool is none of `ours`.
    pub fn of_others(&self, ours: &[&str]) -> Vec<(&StateTable, &'static str)> {
        self.state
            .iter()
            .filter(|table| table.visible)
            .filter_map(|table| table.tool().map(|tool| (table, tool)))
            .filter(|(_, tool)| !ours.contains(tool))
            .collect()
    }
}
