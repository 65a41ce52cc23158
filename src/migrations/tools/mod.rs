//! Other migration tools, known by the tables in which they keep their state.
//!
//! # Adding a tool
//!
//! One row in [`catalogue`]. The layer asks for its state, and compares it with the files, by what the row says.

mod catalogue;
mod content;
pub mod files;
mod naming;

use std::path::Path;

pub use catalogue::ALL;

use crate::migrations::files::Bounds;
use crate::quote;

/// A migration tool.
#[derive(Debug)]
pub struct Tool {
    pub name: &'static str,
    /// Its state table.
    pub table: &'static str,
    /// Columns that tell the table from others of that name.
    pub columns: &'static [&'static str],
    /// The rows that count, as SQL with `{table}` in it; the table itself where several rows cannot be about one migration.
    pub rows: &'static str,
    /// A migration's name, as SQL.
    pub migration: &'static str,
    /// Whether a row stands for a migration that is applied, as SQL.
    pub applied: &'static str,
    /// Whether a row stands for a migration that failed, or has not ended, as SQL.
    pub failed: &'static str,
    /// The only row names the last migration that is applied, not each.
    pub last_alone: bool,
    pub lock: Option<Lock>,
    pub files: Option<files::Layout>,
    /// What its people do about a migration that failed.
    pub repair: &'static str,
    /// The command that tells what is pending.
    pub status: &'static str,
    /// The command that applies it.
    pub apply: &'static str,
    /// Where the files lack a migration that is recorded, it refuses to go on.
    pub needs_every_file: bool,
}

/// The table that a tool locks itself with.
#[derive(Debug)]
pub struct Lock {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    /// Who holds it, as SQL.
    pub holder: &'static str,
    /// Whether it is held, as SQL.
    pub held: &'static str,
}

/// What most rows of the catalogue share.
const PLAIN: Tool = Tool {
    name: "",
    table: "",
    columns: &[],
    rows: "{table}",
    migration: "version",
    applied: "true",
    failed: "false",
    last_alone: false,
    lock: None,
    files: None,
    repair: "",
    status: "",
    apply: "",
    needs_every_file: false,
};

impl Tool {
    /// The question for the names of what is applied and of what failed: one row with two JSON arrays.
    #[must_use]
    pub fn state_sql(&self, schema: &str) -> String {
        let table = qualified(schema, self.table);
        format!(
            "SELECT pg_catalog.json_agg(s.migration) FILTER (WHERE s.applied)::text, \
             pg_catalog.json_agg(s.migration) FILTER (WHERE s.failed)::text \
             FROM (SELECT ({})::text AS migration, {} AS applied, {} AS failed FROM {}) s",
            self.migration,
            self.applied,
            self.failed,
            self.rows.replace("{table}", &table)
        )
    }

    /// The table that locks the tool, where it has one.
    #[must_use]
    pub fn lock_sql(&self, schema: &str) -> Option<String> {
        let lock = self.lock.as_ref()?;
        let table = qualified(schema, lock.table);
        Some(format!("SELECT ({})::text FROM {table} WHERE {} LIMIT 1", lock.holder, lock.held))
    }
}

fn qualified(schema: &str, table: &str) -> String {
    format!("{}.{}", quote::sql_ident(schema), quote::sql_ident(table))
}

/// A table in which a tool keeps its state.
#[derive(Debug, Clone, Copy)]
pub struct StateTable {
    pub name: &'static str,
    /// Columns that tell it from others of that name.
    pub columns: &'static [&'static str],
    pub tool: &'static str,
    /// It names migrations; others lock, or hold settings.
    pub is_record: bool,
}

const fn beside(name: &'static str, columns: &'static [&'static str], tool: &'static str) -> StateTable {
    StateTable {
        name,
        columns,
        tool,
        is_record: false,
    }
}

/// Tables of tools that are no tool's record, and no lock of [`ALL`].
const BESIDE: &[StateTable] = &[
    beside("ar_internal_metadata", &["key", "value"], "Rails"),
    beside("_yoyo_log", &["migration_hash"], "yoyo"),
    beside("_yoyo_version", &["version", "installed_at_utc"], "yoyo"),
];

/// Every state table, Alembic's and Django's first. Of several that fit a table, the first counts.
pub fn state_tables() -> impl Iterator<Item = StateTable> {
    let record = |name, columns, tool| StateTable {
        name,
        columns,
        tool,
        is_record: true,
    };
    let own = [
        record("alembic_version", &["version_num"], "Alembic"),
        record("django_migrations", &["app", "name", "applied"], "Django"),
    ];
    let others = ALL.iter().map(move |tool| record(tool.table, tool.columns, tool.name));
    let locks = ALL
        .iter()
        .filter_map(|tool| tool.lock.as_ref().map(|lock| beside(lock.table, lock.columns, tool.name)));
    own.into_iter().chain(others).chain(locks).chain(BESIDE.iter().copied())
}

/// The names of all state tables, sorted, each once.
#[must_use]
pub fn state_table_names() -> Vec<&'static str> {
    let mut names: Vec<_> = state_tables().map(|table| table.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The state table that a table of this name is, where it has the columns.
#[must_use]
pub fn state_table(name: &str, columns: &[String]) -> Option<StateTable> {
    let has = |column: &&str| columns.iter().any(|own| own == column);
    state_tables().find(|table| table.name == name && table.columns.iter().all(has))
}

/// SQL that tells whether the relation with this OID and this name is a state table: only the tools use those. The names come first:
/// few relations have one, and only those of these are looked at.
#[must_use]
pub fn is_state_table_sql(oid: &str, name: &str) -> String {
    let names: Vec<&str> = state_tables().map(|table| table.name).collect();
    let columns: Vec<String> = state_tables().map(|table| table.columns.join(" ")).collect();
    let array = |words: String| quote::sql_literal(&format!("{{{words}}}"));
    let quoted: Vec<String> = columns.iter().map(|columns| format!("\"{columns}\"")).collect();
    let (names, columns) = (array(names.join(",")), array(quoted.join(",")));
    format!(
        "({name} = ANY ({names}::name[]) AND EXISTS (SELECT FROM unnest({names}::name[], {columns}::text[]) AS s(name, columns) WHERE s.name = {name} \
         AND string_to_array(s.columns, ' ') <@ (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = {oid} AND a.attnum > 0 AND NOT a.attisdropped)))"
    )
}

/// The tools whose files lie where they usually do, with the names of their migrations.
#[must_use]
pub fn files_of(project: &Path, bounds: &Bounds) -> Vec<files::Found> {
    ALL.iter().filter_map(|tool| files::find(project, bounds, tool)).collect()
}
