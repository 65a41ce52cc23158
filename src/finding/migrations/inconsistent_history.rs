//! A Django migration is recorded as applied before one that it depends on.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::migrations::django::Tree;
use crate::migrations::django::graph::Inconsistency;
use crate::migrations::listing::lines;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "inconsistent-history",
    severity: Severity::Fail,
    title: "a migration is recorded as applied before one that it depends on",
    explanation: Explanation {
        meaning: "The table django_migrations has a migration whose dependency is not recorded. Django stops every `migrate` with \
                  InconsistentMigrationHistory, so nothing can be applied until it is resolved. `showmigrations` does not complain.",
        tell: "The pairs name both migrations. Look whether the changes of the one that is not recorded are in the schema.",
        causes: &[
            "A migration was inserted, renamed or given a new dependency after its successor had been applied.",
            "AUTH_USER_MODEL was changed to a model of the project after the first migrate.",
            "A row of django_migrations was deleted, or `migrate --fake` was used backwards.",
        ],
        fixes: &[
            "If the schema already has what the missing migration does: record it with `migrate APP NAME --fake`; Django checks the \
             history first, so the row may have to be inserted by hand.",
            "If not: go back to the migration files that were applied, or restore the database from before.",
        ],
        mistaken_for: "Pending migrations. Running `migrate` again does not help: it is what refuses.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("is applied before its dependency {migration}"),
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
