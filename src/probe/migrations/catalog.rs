//! What the server's catalog says of state tables, the project's tool's and others', and of the tables beside them.

use crate::migrations::listing::quoted;
use crate::quote;
use crate::server::session::Row;

/// A tool's state table: its name, the columns that tell it from others of that name, and the tool. The first that fits counts.
const STATE_TABLES: &[(&str, &[&str], &str)] = &[
    ("alembic_version", &["version_num"], "Alembic"),
    ("django_migrations", &["app", "name", "applied"], "Django"),
    ("schema_migrations", &["version", "dirty"], "golang-migrate"),
    ("schema_migrations", &["version", "inserted_at"], "Ecto"),
    ("schema_migrations", &["version"], "Rails or dbmate"),
    ("_prisma_migrations", &["migration_name", "checksum"], "Prisma"),
    ("flyway_schema_history", &["installed_rank", "script"], "Flyway"),
    ("schema_version", &["installed_rank", "script"], "Flyway"),
    ("databasechangelog", &["md5sum", "exectype"], "Liquibase"),
    ("knex_migrations", &["batch", "migration_time"], "Knex"),
    ("SequelizeMeta", &["name"], "Sequelize"),
    ("migrations", &["id", "timestamp", "name"], "TypeORM"),
    ("goose_db_version", &["version_id", "is_applied"], "goose"),
    ("_sqlx_migrations", &["version", "checksum"], "sqlx"),
    ("__diesel_schema_migrations", &["version", "run_on"], "diesel"),
    ("refinery_schema_history", &["version", "checksum"], "refinery"),
    ("seaql_migrations", &["version", "applied_at"], "sea-orm"),
    ("__EFMigrationsHistory", &["MigrationId", "ProductVersion"], "EF Core"),
    ("__drizzle_migrations", &["hash", "created_at"], "Drizzle"),
    ("atlas_schema_revisions", &["version", "hash"], "Atlas"),
    ("_yoyo_migration", &["migration_hash", "migration_id"], "yoyo"),
    ("aerich", &["version", "app", "content"], "aerich"),
    ("tortoise_migrations", &[], "Tortoise"),
    ("migration", &["name", "app_name", "ran_on"], "Piccolo"),
];

/// How many ordinary tables are named.
const NAMED_TABLES: usize = 20;

/// The question: state tables with their columns, some of the other tables, how many those are, and the search path.
pub fn sql(version_tables: &[String]) -> String {
    let mut names: Vec<&str> = STATE_TABLES.iter().map(|(name, _, _)| *name).collect();
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
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) \
         {from} AND (c.relname IN ({names}) OR {is_version_table}) \
         UNION ALL (SELECT 'table', n.nspname::pg_catalog.text, c.relname::pg_catalog.text, {shown}, NULL, NULL \
         {from} AND {is_ordinary} ORDER BY 4 DESC, 2, 3 LIMIT {NAMED_TABLES}) \
         UNION ALL SELECT 'count', pg_catalog.count(*)::pg_catalog.text, \
         pg_catalog.count(*) FILTER (WHERE pg_catalog.pg_table_is_visible(c.oid))::pg_catalog.text, NULL, NULL, NULL \
         {from} AND {is_ordinary} \
         UNION ALL SELECT 'path', p.name::pg_catalog.text, NULL, NULL, NULL, NULL \
         FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS p (name, place)"
    )
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
    columns: Vec<String>,
}

impl StateTable {
    /// The tool, as far as name and columns tell.
    pub fn tool(&self) -> Option<&'static str> {
        STATE_TABLES
            .iter()
            .find(|(name, columns, _)| *name == self.name && columns.iter().all(|column| self.columns.iter().any(|own| own == column)))
            .map(|(_, _, tool)| *tool)
            .or_else(|| self.is_version_table().then_some("Alembic"))
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
