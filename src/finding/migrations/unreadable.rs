//! What the migrations are, or what the database holds of them, could not be read.

use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::{count, lines, quoted};
use crate::migrations::{Unread, alembic};
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "unreadable",
    severity: Severity::Warn,
    title: "the state of the migrations cannot be told",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Could not determine revision id from filename {file}"),
    Text::new("BadMigrationError: Migration {migration} in app {app} has no Migration class"),
    Text::new("as it appears to be a stale .pyc file"),
];

/// Files that would have to be run; `exact` are the commands that tell for certain.
#[must_use]
pub fn files(project: &Path, notes: &[Unread], exact: Vec<String>) -> Finding {
    let finding = KIND
        .found(match notes {
            [only] => format!("cannot tell the state of the migrations: {}", only.shown(project)),
            notes => format!("cannot tell the state of the migrations: {} would have to be run", count(notes.len(), "place")),
        })
        .detail("Migration files are read, never run. What the places below mean only running them tells, so nothing that hangs on them was judged.");
    let finding = lines(notes.iter().map(|note| note.shown(project)))
        .into_iter()
        .fold(finding, Finding::evidence);
    if exact.is_empty() {
        return finding;
    }
    let steps: Vec<Step> = exact
        .into_iter()
        .map(|command| Step::new(Place::AppHost, "Ask the tool itself, in the application's environment.").run(command))
        .collect();
    finding.remedy(Remedy::new("ask the tool itself", steps))
}

/// Where the state table is, and how the role stands to it.
#[derive(Debug, Clone, Copy)]
pub struct Denied<'a> {
    pub table: &'a str,
    /// `None`: found through the search path.
    pub schema: Option<&'a str>,
    /// Whether the role has USAGE on the schema.
    pub usage: bool,
    pub role: &'a str,
    pub database: &'a str,
}

/// The role may not read the state table.
#[must_use]
pub fn denied(seen: &Denied<'_>, evidence: String) -> Finding {
    let (table, role) = (quote::sql_ident(seen.table), quote::sql_ident(seen.role));
    let name = seen.schema.map_or(table.clone(), |schema| format!("{}.{table}", quote::sql_ident(schema)));
    let mut steps = Vec::new();
    if let Some(schema) = seen.schema.filter(|_| !seen.usage) {
        let quoted_schema = quote::sql_ident(schema);
        steps.push(
            Step::sql(
                seen.database,
                "Let the role look into the schema.",
                format!("GRANT USAGE ON SCHEMA {quoted_schema} TO {role};"),
            )
            .actor(format!("the owner of schema {}", quoted(schema)))
            .undo(format!("REVOKE USAGE ON SCHEMA {quoted_schema} FROM {role};")),
        );
    }
    steps.push(
        Step::sql(
            seen.database,
            "Let the role read the table. The application itself needs this only if it checks its migrations at start.",
            format!("GRANT SELECT ON {name} TO {role};"),
        )
        .actor(format!("the owner of {}", quoted(seen.table)))
        .undo(format!("REVOKE SELECT ON {name} FROM {role};")),
    );
    KIND.found(format!(
        "cannot tell the state of the migrations: role {} may not read table {}",
        quoted(seen.role),
        quoted(seen.table)
    ))
    .detail("The migrations may well run under another role. Nothing was judged.")
    .evidence(evidence)
    .remedy(Remedy::new("let the role read the table, or check with the role that migrates", steps))
}

/// The server answered the question for the state table with another error.
#[must_use]
pub fn refused(table: &str, error: &ServerError) -> Finding {
    KIND.found(format!("cannot tell the state of the migrations: the server would not read table {}", quoted(table)))
        .detail("The question for the rows was refused, so nothing was judged.")
        .evidence(error.to_string())
}

/// What `env.py` says of the version table has to be run, and the table that was tried does not settle it.
#[must_use]
pub fn version_table(tree: &alembic::Tree, project: &Path, note: &Unread, seen: &[String]) -> Finding {
    let finding = KIND
        .found(format!("cannot tell which version table is used: {}", note.shown(project)))
        .detail("Only running env.py tells the name or the schema of the version table, so the database's revision is not known.")
        .evidence(note.shown(project));
    seen.iter()
        .map(|table| format!("a table that could be it: {table}"))
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new(
            "ask Alembic itself",
            [tree
                .runner
                .step("Show the database's revision, in the application's environment.", "current", &[])],
        ))
}
