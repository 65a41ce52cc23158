//! The database has no state of the project's migration tool.

use std::path::Path;

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::{SHOWN, count, quoted, quoted_list};
use crate::migrations::tools::files::Found;
use crate::migrations::{alembic, django};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "never-applied",
    severity: Severity::Fail,
    title: "no migration was ever recorded in the database",
};

/// What the database holds beside the missing record.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    pub database: &'a str,
    /// The state table is there, without a row.
    pub record_is_empty: bool,
    /// How many tables the search path shows, the tools' own left out; `None` if the catalog could not be asked.
    pub tables: Option<usize>,
    /// Some of them, as evidence.
    pub examples: &'a [String],
}

impl Surroundings<'_> {
    fn seen(&self, schema: Option<&str>, table: &str) -> String {
        let table = quoted(table);
        match (self.record_is_empty, schema) {
            (true, None) => format!("table {table} has no row"),
            (true, Some(schema)) => format!("table {}.{table} has no row", quoted(schema)),
            (false, None) => format!("no table {table} on the search path"),
            (false, Some(schema)) => format!("no table {}.{table}", quoted(schema)),
        }
    }
}

/// Alembic's.
#[must_use]
pub fn alembic(tree: &alembic::Tree, project: &Path, around: &Surroundings<'_>) -> Finding {
    let target = if tree.graph.heads().len() > 1 { "heads" } else { "head" };
    let upgrade = |text: String| tree.runner.step(text, "upgrade", &[target]);
    let finding = KIND
        .found(none_recorded(
            tree.graph.revisions().len(),
            "revision",
            &format!(" in {}", crate::migrations::shown(project, &tree.path)),
            around,
        ))
        .evidence(around.seen(tree.version_table.schema.as_deref(), &tree.version_table.name));
    match around.tables {
        Some(0) => empty(finding, around, upgrade),
        Some(tables) => {
            let compare = Step::new(
                Place::Code,
                "Compare the tables with the revisions, and find the last revision whose changes are all there.",
            );
            let stamp = Step::new(
                Place::AppHost,
                format!(
                    "Only then record it with `{} REVISION`, and run the upgrade for the rest. The stamp runs nothing and checks nothing: \
                     stamping `head` on tables that lack a column hides the lack.",
                    tree.runner.short("stamp")
                ),
            );
            with_tables(finding, around, tables, "`upgrade` would start at the first revision and stop at a table that exists (42P07).")
                .remedy(Remedy::new("find the revision that the tables match, then stamp it", [compare, stamp]))
        }
        None => unknown(finding, upgrade),
    }
}

/// Django's.
#[must_use]
pub fn django(tree: &django::Tree, around: &Surroundings<'_>) -> Finding {
    let migrate = |text: String| tree.runner.step(text, "migrate", &["--noinput"]);
    let finding = KIND
        .found(none_recorded(tree.count(), "Django migration", " of the project", around))
        .evidence(around.seen(None, "django_migrations"));
    match around.tables {
        Some(0) => empty(finding, around, migrate),
        Some(tables) => {
            let plan = Step::new(Place::AppHost, "See what Django would run; this changes nothing.")
                .run(tree.runner.command("migrate", &["--plan"]));
            let fake = Step::new(
                Place::AppHost,
                "If the tables are this project's and match its models, record the initial migrations without running them with \
                 `migrate --fake-initial`. It looks for the names of the tables only, not for their columns.",
            );
            with_tables(finding, around, tables, "`migrate` would start at the first migration and stop at a table that exists (42P07).")
                .remedy(Remedy::new("check whose tables these are before anything is applied", [plan, fake]))
        }
        None => unknown(finding, migrate),
    }
}

/// Another tool's, whose files are known by the place where they lie; `others` are state tables of strangers.
#[must_use]
pub fn other(found: &Found, directory: &str, around: &Surroundings<'_>, others: Vec<String>) -> Finding {
    let tool = found.tool;
    let apply = |text: String| Step::new(Place::AppHost, format!("{text} As a rule: `{}`.", tool.apply));
    let finding = KIND
        .found(none_recorded(found.migrations.len(), "migration", &format!(" in {directory}"), around))
        .evidence(around.seen(None, tool.table));
    let finding = others.into_iter().fold(finding, Finding::evidence);
    match around.tables {
        Some(0) => empty(finding, around, apply),
        Some(tables) => with_tables(
            finding,
            around,
            tables,
            &format!("`{}` would start at the first migration and stop at a table that exists (42P07).", tool.apply),
        )
        .severity(Severity::Warn)
        .candidate(
            format!("{} keeps its record under another name, or in a schema that this search path leaves out", tool.name),
            "its configuration says so",
        )
        .remedy(Remedy::new(
            "find out where the record is before anything is applied",
            [Step::new(
                Place::AppHost,
                if tool.status.is_empty() {
                    format!("See in the configuration of {} where it keeps its record.", tool.name)
                } else {
                    format!("Ask the tool itself what it has applied: `{}`.", tool.status)
                },
            )],
        )),
        None => unknown(finding, apply),
    }
}

fn none_recorded(number: usize, thing: &str, place: &str, around: &Surroundings<'_>) -> String {
    let database = quoted(around.database);
    if number == 1 {
        format!("the only {thing}{place} is not recorded in database {database}")
    } else {
        format!("none of the {}{place} is recorded in database {database}", count(number, thing))
    }
}

fn empty(finding: Finding, around: &Surroundings<'_>, upgrade: impl Fn(String) -> Step) -> Finding {
    let database = quoted(around.database);
    finding
        .evidence("no table on the search path")
        .detail("The search path shows no table at all. Either the migration step has not run here yet, or this is not the database that was migrated.")
        .candidate(
            "the database is new and the migration step has not run",
            format!("database {database} is the one that the application is meant to use"),
        )
        .candidate(
            "the settings name the wrong database",
            format!("another database of the server, or another server, has the tables that {database} lacks"),
        )
        .remedy(Remedy::new(
            "run the migrations, if this is the right database",
            [upgrade(format!(
                "Once it is certain that {database} is meant: apply all migrations, as a role that may create tables."
            ))],
        ))
}

fn with_tables(finding: Finding, around: &Surroundings<'_>, tables: usize, consequence: &str) -> Finding {
    let shown = &around.examples[..around.examples.len().min(SHOWN)];
    let among = if shown.len() < tables { ", among them" } else { "" };
    finding
        .evidence(format!("{} on the search path{among}: {}", count(tables, "table"), quoted_list(shown)))
        .detail(format!(
            "The tables are there, the record of the migrations is not. If they are the application's, {consequence}"
        ))
        .candidate(
            "the tables came from a dump without the state table, from create_all(), or by hand",
            "their names and columns are those of the application's models",
        )
        .candidate(
            "the database belongs to another application",
            "the tables' names are strange to the models",
        )
}

fn unknown(finding: Finding, upgrade: impl Fn(String) -> Step) -> Finding {
    finding
        .detail("Whether other tables are there could not be asked. On an empty schema an upgrade is the way out; where tables exist it stops at the first of them.")
        .remedy(Remedy::new(
            "look at the tables, then run the migrations",
            [upgrade("If the schema has no tables yet: apply all migrations.".to_owned())],
        ))
}
