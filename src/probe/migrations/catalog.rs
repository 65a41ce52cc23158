//! What the server's catalog says of state tables, the project's tool's and others', and of the tables beside them.

use crate::listing::quoted;
use crate::migrations::tools;
use crate::quote;
use crate::server::session::Row;

/// How many ordinary tables are named.
const NAMED_TABLES: usize = 20;

/// Tables that are neither the system's nor an extension's.
const TABLES: &str = "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                      WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND pg_catalog.left(n.nspname, 3) <> 'pg_'";
const NO_EXTENSIONS: &str = "c.oid NOT IN (SELECT d.objid FROM pg_catalog.pg_depend d WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass \
                             AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'e')";

/// All names that a state table may have, as an array.
fn names(version_tables: &[String]) -> String {
    let mut names = tools::state_table_names();
    names.extend(version_tables.iter().map(String::as_str));
    let names: Vec<String> = names
        .into_iter()
        .map(|name| format!("\"{}\"", name.replace('\\', r"\\").replace('"', r#"\""#)))
        .collect();
    format!("{}::pg_catalog.name[]", quote::sql_literal(&format!("{{{}}}", names.join(","))))
}

/// The question: state tables with their columns, and the search path. `under_any_name`: Alembic's too, by its one column.
pub fn sql(version_tables: &[String], under_any_name: bool) -> String {
    let names = names(version_tables);
    let by_column = if under_any_name {
        " OR (c.relnatts = 1 AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'version_num'))"
    } else {
        ""
    };
    format!(
        "SELECT 'state', n.nspname, c.relname, pg_catalog.pg_table_is_visible(c.oid), pg_catalog.has_schema_privilege(n.oid, 'USAGE'), \
         (SELECT pg_catalog.string_agg(a.attname, ',') FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), \
         pg_catalog.has_table_privilege(c.oid, 'SELECT') \
         {TABLES} AND (c.relname = ANY ({names}){by_column}) \
         UNION ALL SELECT 'path', p.name, NULL, NULL, NULL, NULL, NULL FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) AS p (name)"
    )
}

/// The question what stands beside state tables that are missing or empty: some of the other tables on the search path, and how
/// many those are.
pub fn surroundings_sql(version_tables: &[String]) -> String {
    format!(
        "WITH t AS (SELECT n.nspname, c.relname {TABLES} AND c.relname <> ALL ({}) AND {NO_EXTENSIONS} AND pg_catalog.pg_table_is_visible(c.oid)) \
         SELECT pg_catalog.count(*)::pg_catalog.text, \
         (SELECT pg_catalog.json_agg(s.nspname || '.' || s.relname) FROM (SELECT * FROM t ORDER BY 1, 2 LIMIT {NAMED_TABLES}) s)::pg_catalog.text FROM t",
        names(version_tables)
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
         AND pg_catalog.pg_table_is_visible(c.oid) AND c.relname NOT IN ({}) AND {NO_EXTENSIONS}",
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
        tools::state_table(&self.name, &self.columns)
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
    /// The effective search path.
    pub path: Vec<String>,
}

/// What stands beside state tables that are missing or empty.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// How many ordinary tables an unqualified name finds.
    pub visible: usize,
    /// Some of those, with their schema.
    pub examples: Vec<String>,
}

impl Surroundings {
    pub fn read(rows: &[Row]) -> Option<Self> {
        let row = rows.first()?;
        let examples = row.get(1)?.as_deref();
        Some(Self {
            visible: row.first()?.as_deref()?.parse().ok()?,
            examples: examples.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        })
    }
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
