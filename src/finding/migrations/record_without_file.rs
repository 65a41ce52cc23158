//! Migrations are recorded whose files are gone.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::{count, lines, quoted};
use crate::migrations::django::{Key, Tree};
use crate::migrations::tools::Tool;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "record-without-file",
    severity: Severity::Warn,
    title: "migrations are recorded as applied whose files the code does not have",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("was previously applied but is missing in the resolved migrations"),
    Text::near_driver("Detected applied migration not resolved locally: {migration}"),
    Text::new("The migration directory is corrupt, the following files are missing: {migration}"),
];

/// `ghosts` are recorded and have no file; `newest` says whether one of them is younger than all that have one.
#[must_use]
pub fn found(tree: &Tree, ghosts: &[Key], newest: bool) -> Finding {
    let mut apps: Vec<&str> = ghosts.iter().map(|key| key.app.as_str()).collect();
    apps.sort_unstable();
    apps.dedup();
    let finding = KIND
        .found(match ghosts {
            [only] => format!("{only} is recorded as applied, and its file is gone"),
            ghosts => format!(
                "{} are recorded as applied, and their files are gone",
                count(ghosts.len(), "migration")
            ),
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

/// Another tool's, by the names of its files in `directory`.
#[must_use]
pub fn other(tool: &Tool, directory: &str, recorded: &[&str]) -> Finding {
    let finding = KIND
        .found(format!(
            "{}: {} recorded as applied without a file in {directory}",
            tool.name,
            count(recorded.len(), "migration")
        ))
        .detail(if tool.needs_every_file {
            "The database looks ahead of the code. The tool refuses to run any migration while that is so, and an application that migrates              when it starts does not start."
        } else {
            "The database looks ahead of the code. The tool itself may go on without a word."
        });
    lines(recorded.iter().map(|name| format!("recorded, no file: {}", quoted(name))))
        .into_iter()
        .fold(finding, Finding::evidence)
        .candidate(
            "a newer release migrated the database and was rolled back",
            "a later version of the code has the files",
        )
        .candidate(
            "old migrations were put into one file, or renamed",
            "an earlier version of the code has the files",
        )
        .remedy(Remedy::new(
            "find out which version of the code has the files",
            [Step::new(
                Place::Code,
                "Files in a later release: deploy it again, or migrate backwards with it. Files in an earlier one: bring them back, or take                  their rows away with the tool's own command.",
            )],
        ))
}
