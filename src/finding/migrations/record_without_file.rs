//! Django has recorded migrations whose files are gone.

use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::migrations::django::{Key, Tree};
use crate::migrations::listing::{count, lines};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "record-without-file",
    severity: Severity::Warn,
    title: "migrations are recorded as applied whose files the code does not have",
    explanation: Explanation {
        meaning: "The table django_migrations has rows of an application of this project for which there is no file. Django itself says \
                  nothing about them: `migrate --check` passes. If a newer release wrote them, the schema is ahead of the code.",
        tell: "Rows younger than every migration that the code has point to a release that was rolled back. Older ones point to a squash \
               whose originals were deleted.",
        causes: &[
            "A newer release migrated the database and was rolled back.",
            "Migrations were squashed, and the old files and the `replaces` list were removed later.",
            "A file was not deployed.",
        ],
        fixes: &[
            "Rolled back: deploy the newer release again, or use it to migrate backwards first.",
            "Squashed long ago: `migrate APP --prune` removes the rows. It needs the code that is meant to stay.",
        ],
        mistaken_for: "Nothing at all: no tool reports it, and the application fails later, on a column that is not null and has no default.",
    },
};

/// `ghosts` are recorded and have no file; `newest` says whether one of them is younger than all that have one.
#[must_use]
pub fn found(tree: &Tree, ghosts: &[Key], newest: bool) -> Finding {
    let mut apps: Vec<&str> = ghosts.iter().map(|key| key.app.as_str()).collect();
    apps.sort_unstable();
    apps.dedup();
    let finding = KIND
        .found(match ghosts {
            [only] => format!("{only} is recorded as applied, and its file is gone"),
            ghosts => format!("{} are recorded as applied, and their files are gone", count(ghosts.len(), "migration")),
        })
        .detail(if newest {
            "The last rows that were written for these applications are among them, so the database looks ahead of the code. Django does \
             not report it."
        } else {
            "All of them are older than migrations that the code has, as is left over when old migrations were squashed. Django does not \
             report it."
        });
    let finding = lines(ghosts.iter().map(|key| format!("recorded, no file: {key}")))
        .into_iter()
        .fold(finding, Finding::evidence);
    let rolled_back = (
        "a newer release migrated the database and was rolled back",
        "a later version of the code has the files",
    );
    let squashed = (
        "old migrations were squashed or renamed and their files removed",
        "an earlier version of the code has the files",
    );
    let order = if newest { [rolled_back, squashed] } else { [squashed, rolled_back] };
    order
        .into_iter()
        .fold(finding, |finding, (cause, check)| finding.candidate(cause, check))
        .remedy(Remedy::new(
            "find out which version of the code has the files",
            [
                Step::new(Place::AppHost, "See what Django has and what it has recorded.").run(tree.runner.command("showmigrations", &apps)),
                Step::new(
                    Place::Code,
                    "Files in a later release: deploy it again, or migrate backwards with it. Files in an earlier one: the rows may be pruned.",
                ),
            ],
        ))
}
