//! The database is at a revision that the code does not know.

use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::migrations::alembic::Tree;
use crate::listing::{count, lines, quoted, quoted_list};
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "unknown-revision",
    severity: Severity::Fail,
    title: "the deployed code does not have a revision that the database, or the command, names",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Can't locate revision identified by '{revision}'"),
    Text::new("No such revision or branch '{revision}'"),
];

/// `unknown` of the `rows` of the version table are in no file of the tree.
#[must_use]
pub fn found(tree: &Tree, project: &Path, database: &str, unknown: &[&str], rows: &[&str]) -> Finding {
    let path = crate::migrations::shown(project, &tree.path);
    let first = unknown.first().copied().unwrap_or("");
    let search = format!(
        "cd {} && git log --all --oneline -S {} -- {}",
        quote::shell(&project.to_string_lossy()),
        quote::shell(first),
        quote::shell("*.py")
    );
    let finding = KIND
        .found(format!(
            "database {} is at {} {}, unknown to the code in {path}",
            quoted(database),
            if unknown.len() == 1 { "revision" } else { "revisions" },
            quoted_list(unknown)
        ))
        .detail(format!(
            "No file in {path} declares it ({} read). The tool refuses every command with `Can't locate revision identified by`; \
             whether the schema fits this code cannot be told.",
            count(tree.graph.revisions().len(), "revision")
        ))
        .candidate(
            "a newer release migrated the database and was rolled back",
            "the code's history has the revision in a later release",
        )
        .candidate(
            "the file was not deployed with the code",
            "the repository has the file at the deployed version, this host has not",
        )
        .candidate(
            "the database is another application's or environment's",
            "the repository's history does not know the revision at all",
        );
    lines(rows.iter().map(|row| format!("version table row: {}", quoted(row))))
        .into_iter()
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new(
            "deploy the code that has the revision, or correct the database that the settings name",
            [
                Step::new(Place::Code, "In a full checkout: find where the revision comes from.").run(search),
                Step::new(
                    Place::Code,
                    "Found in a later release: deploy that release, or use it to downgrade before going back. Leave the version table alone.",
                ),
            ],
        ))
}
