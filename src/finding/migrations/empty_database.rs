//! The schema is there, and no table has a row.

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::{lines, quoted};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "empty-database",
    severity: Severity::Warn,
    title: "no table has a row, and the project holds an SQLite database",
};

/// `files` are the SQLite databases, as they are shown.
#[must_use]
pub fn found(database: &str, files: &[String]) -> Finding {
    let name = quoted(database);
    let finding = KIND
        .found(format!("no table of database {name} has a row, and the project holds an SQLite database"))
        .detail("The tables are there and empty. An SQLite database with content lies beside the code.")
        .evidence(format!("every table on the search path of {name} has a size of 0 bytes"));
    lines(files.iter().map(|file| format!("SQLite database: {file}")))
        .into_iter()
        .fold(finding, Finding::evidence)
        .candidate(
            "the application was moved from SQLite, and its data was not",
            "the SQLite file holds accounts or orders that people miss",
        )
        .candidate(
            "the installation is new, and the SQLite file is a developer's",
            "the SQLite file holds test data, or is in the repository",
        )
        .remedy(Remedy::new(
            "find out whether the SQLite data was to be moved, before anybody writes",
            [Step::new(
                Place::AppHost,
                "If it was: stop the application, keep a copy of the SQLite file, and copy its data (pgloader, or Django's dumpdata and \
                 loaddata). Rows that are written meanwhile will clash with what is copied.",
            )],
        ))
}
