//! The database has another tool's state, and not the project's.

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::{lines, quoted, quoted_list};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "foreign-database",
    severity: Severity::Fail,
    title: "the database holds the migrations of something else, and not this project's",
};

/// `ours` is missing in `database`; `others` are what was seen in its place.
#[must_use]
pub fn found(database: &str, ours: &str, others: &[String], tools: &[&str]) -> Finding {
    let finding = KIND
        .found(format!(
            "database {} has the migrations of {} and none of {ours}",
            quoted(database),
            quoted_list(tools)
        ))
        .detail(format!(
            "Nothing of {ours} is recorded, and something else is. Which of the causes below it is cannot be told from here."
        ))
        .candidate(
            "the settings lead to another application's database",
            format!("{} is not the name that the application is meant to use, or its tables are strange to it", quoted(database)),
        )
        .candidate(
            "the project changed its migration tool and the new one was never stamped",
            "the tables are those of the application's models",
        )
        .candidate(
            "two applications share the database and this one was never migrated",
            "the other application is known and runs on the same database",
        );
    lines(others.iter().cloned())
        .into_iter()
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new(
            "make sure that the settings name the right database, before anything is applied",
            [Step::new(
                Place::AppConfig,
                format!("Check the database in the settings: {} is what they name now.", quoted(database)),
            )],
        ))
}
