//! A Django migration is recorded as applied before one that it depends on.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::migrations::django::Tree;
use crate::migrations::django::graph::Inconsistency;
use crate::listing::lines;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "inconsistent-history",
    severity: Severity::Fail,
    title: "a migration is recorded as applied before one that it depends on",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Migration {_} is applied before its dependency {migration}"),
];

/// The pairs that Django would refuse.
#[must_use]
pub fn found(tree: &Tree, pairs: &[Inconsistency]) -> Finding {
    let title = match pairs {
        [only] => format!("{} is recorded as applied, its dependency {} is not", only.applied, only.parent),
        pairs => format!("{} Django migrations are recorded before what they depend on", pairs.len()),
    };
    let finding = KIND.found(title).detail(
        "`migrate` stops with InconsistentMigrationHistory before it applies anything. What is missing from the record may or may not \
         be missing from the schema.",
    );
    lines(
        pairs
            .iter()
            .map(|pair| format!("applied: {}; not recorded: {}, on which it depends", pair.applied, pair.parent)),
    )
    .into_iter()
    .fold(finding, Finding::evidence)
    .candidate(
        "a migration file was added, renamed or given a new dependency after the fact",
        "the history of the file named as not recorded is younger than the release that was migrated",
    )
    .candidate(
        "the user model was replaced after the first migrate",
        "the migration not recorded is the first of the application with AUTH_USER_MODEL",
    )
    .candidate(
        "rows of django_migrations were deleted",
        "the schema has what the migration that is not recorded creates",
    )
    .remedy(Remedy::new(
        "compare the record with the schema before anything is applied",
        [
            Step::new(Place::AppHost, "List what Django takes for applied.").run(tree.runner.command("showmigrations", &["--plan"])),
            Step::new(
                Place::Database,
                "Look whether the schema has what the missing migration does. If it has, the row may be recorded; if not, the files that \
                 were applied have to come back.",
            ),
        ],
    ))
}
