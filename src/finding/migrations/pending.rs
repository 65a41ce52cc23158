//! The code has migrations that the database has not.

use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::{count, lines, quoted, quoted_list};
use crate::migrations::{alembic, django, tools};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "pending",
    severity: Severity::Fail,
    title: "the database lacks migrations that the deployed code has",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Target database is not up to date"),
    Text::new("Database is not on all head revisions"),
    Text::new("You have {_} unapplied migration(s)"),
    Text::new("ActiveRecord::PendingMigrationError"),
    Text::new("Migrations are pending. To resolve this issue"),
    Text::new("Phoenix.Ecto.PendingMigrationError"),
    Text::new("Sequel::Migrator::NotCurrentError"),
    Text::new("have not yet been applied:"),
    Text::near_driver("Detected resolved migration not applied to database: {migration}"),
];

/// Alembic's: `pending` in the order of an upgrade, `rows` as the version table has them.
#[must_use]
pub fn alembic(tree: &alembic::Tree, project: &Path, pending: &[&alembic::Revision], rows: &[&str]) -> Finding {
    let several = tree.graph.heads().len() > 1;
    let target = if several { "heads" } else { "head" };
    let mut text = format!(
        "Apply {} in order, as a role that may change the schema.",
        count(pending.len(), "revision")
    );
    if several {
        text.push_str(" The code has several heads, so `head` would be refused: `heads` takes all of them.");
    }
    let upgrade = tree.runner.step(text, "upgrade", &[target]);
    let title = format!(
        "the database is {} behind the code in {}",
        count(pending.len(), "revision"),
        crate::migrations::shown(project, &tree.path)
    );
    let detail = format!(
        "The version table holds {}; the code's {} {}. What lies between is not applied.",
        quoted_list(rows),
        if several { "heads are" } else { "head is" },
        quoted_list(&tree.graph.heads()),
    );
    let finding = KIND.found(title).detail(detail);
    let evidence = pending.iter().map(|revision| {
        let file = crate::migrations::shown(project, &revision.file);
        format!("pending: {} ({file})", quoted(&revision.id))
    });
    lines(evidence)
        .into_iter()
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new(format!("run `{} {target}`", tree.runner.short("upgrade")), [upgrade]))
}

/// Django's: `pending` in the order of the plan, of `total` migrations.
#[must_use]
pub fn django(tree: &django::Tree, pending: &[&django::Key], total: usize) -> Finding {
    let migrate = tree.runner.step(
        format!("Apply {}, as a role that may change the schema.", count(pending.len(), "migration")),
        "migrate",
        &["--noinput"],
    );
    let finding = KIND
        .found(format!("{} of {total} Django migrations are not applied", pending.len()))
        .detail("Their files are in the project, and the table \"django_migrations\" has no row for them.");
    lines(pending.iter().map(|key| format!("pending: {key}")))
        .into_iter()
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new("run `python manage.py migrate`", [migrate]))
}

/// Django's, of applications of which it is not known whether they are installed: no row of theirs is recorded.
#[must_use]
pub fn perhaps(tree: &django::Tree, pending: &[&django::Key]) -> Finding {
    let mut apps: Vec<&str> = pending.iter().map(|key| key.app.as_str()).collect();
    apps.dedup();
    let show = tree.runner.step(
        "Let Django itself say which migrations are not applied.",
        "showmigrations",
        &["--plan"],
    );
    let finding = KIND
        .found(format!(
            "{} may be pending: nothing of {} is recorded",
            count(pending.len(), "Django migration"),
            quoted_list(&apps)
        ))
        .severity(Severity::Warn)
        .detail(
            "The project has migrations for these applications, and the database has no row for any of them. Whether they are in \
             INSTALLED_APPS cannot be told without running the settings.",
        )
        .candidate(
            "the applications are not installed here",
            "their names are missing from INSTALLED_APPS in the settings that run here",
        )
        .candidate(
            "they are installed and were never migrated",
            "`showmigrations` lists them without a cross",
        );
    lines(pending.iter().map(|key| format!("not recorded: {key}")))
        .into_iter()
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new("ask Django which of them are pending", [show]))
}

/// Applications in the virtual environment that have rows, and newer files than rows. Whether they are installed is not known.
#[must_use]
pub fn third_party(tree: &django::Tree, pending: &[django::Key]) -> Finding {
    let mut apps: Vec<&str> = pending.iter().map(|key| key.app.as_str()).collect();
    apps.sort_unstable();
    apps.dedup();
    let show = tree.runner.step(
        "Let Django itself say which migrations are not applied.",
        "showmigrations",
        &["--plan"],
    );
    let finding = KIND
        .found(format!(
            "{} of {} in the virtual environment may be pending",
            count(pending.len(), "migration"),
            quoted_list(&apps)
        ))
        .severity(Severity::Warn)
        .detail(
            "The packages have migrations that are not recorded, and others of theirs are. Whether the applications are still in \
             INSTALLED_APPS cannot be told without running the settings.",
        )
        .candidate(
            "a package was upgraded, and `migrate` has not run since",
            "the applications are in INSTALLED_APPS",
        )
        .candidate(
            "the applications were installed once, and are no more",
            "their names are missing from INSTALLED_APPS",
        );
    lines(pending.iter().map(|key| format!("not recorded: {key}")))
        .into_iter()
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new("ask Django which of them are pending", [show]))
}

/// As the tool itself says; `command` applies it.
#[must_use]
pub fn exact(tool: &str, version: &str, place: &str, pending: &[String], command: &str) -> Finding {
    let finding = KIND
        .found(format!(
            "{} not applied in {place}, says {tool} {version} itself",
            count(pending.len(), "migration")
        ))
        .detail("The tool was asked in the application's own Python: this is what it would run, in this order.");
    lines(pending.iter().map(|one| format!("pending: {}", quoted(one))))
        .into_iter()
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new(
            "apply them",
            [Step::new(Place::AppHost, "Apply them in order, as a role that may change the schema.").run(command)],
        ))
}

/// Another tool's, by the names of its files.
#[must_use]
pub fn other(tool: &tools::Tool, directory: &str, pending: &[&str]) -> Finding {
    let finding = KIND
        .found(format!(
            "{}: {} in {directory} not recorded as applied",
            tool.name,
            count(pending.len(), "migration")
        ))
        .detail("The names of the files were compared with the tool's record. The files themselves were not read.");
    lines(pending.iter().map(|name| format!("pending: {}", quoted(name))))
        .into_iter()
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new(
            format!("run the migrations with {}", tool.name),
            [Step::new(
                Place::AppHost,
                format!(
                    "Run the deployment's migration step with the same settings. As a rule: `{}`.",
                    tool.apply
                ),
            )],
        ))
}
