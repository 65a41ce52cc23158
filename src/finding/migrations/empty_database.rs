//! The schema is there, and no table has a row.

use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::migrations::listing::{lines, quoted};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "empty-database",
    severity: Severity::Warn,
    title: "no table has a row, and the project holds an SQLite database",
    explanation: Explanation {
        meaning: "The migrations have made the tables, and none of them holds anything. Beside the code lies an SQLite database with \
                  content. Where an application was moved from SQLite to PostgreSQL, the move has two halves, the settings and the \
                  data, and the second is easily forgotten: everything works, and everybody's accounts are gone.",
        tell: "Every table's file is of size zero, which is certain; tables whose rows were all deleted do not count. What frameworks \
               fill in by themselves (content types, permissions, the default site) is left out.",
        causes: &[
            "The application was moved from SQLite, and its data was not.",
            "The installation is new; the SQLite file is one of development that was deployed along with the code.",
            "The settings name a database that was migrated and is not the one in use.",
        ],
        fixes: &[
            "Copy the data before anybody writes into the new database: pgloader, or Django's `dumpdata` and `loaddata`.",
            "If the installation is new: take the SQLite file out of the deployment.",
        ],
        mistaken_for: "Lost data, or failed logins: `invalid password` for a user that was never copied.",
    },
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
