//! `config/sources-disagree`: two settings lead to different databases.

use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "sources-disagree",
    severity: Severity::Warn,
    title: "two settings lead to different databases",
    explanation: Explanation {
        meaning: "The same place holds two settings for the database that differ. The doctor checks the first; which one the application uses is decided by its code.",
        tell: "The detail shows both, part by part, without passwords.",
        causes: &[
            "one of them was changed and the other forgotten",
            "they belong to different programs, such as a migration job and the web application",
        ],
        fixes: &[
            "make them agree, or remove the one that nobody reads",
        ],
        mistaken_for: "Lost data or missing tables: the application may be connected to the other database.",
    },
};

/// One part that differs: its name, and the value on either side; `None` where the values may not be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub part: &'static str,
    pub values: Option<(String, String)>,
}

/// The source that is checked differs from another one.
#[must_use]
pub fn found(checked: &Source, other: &Source, differences: &[Difference]) -> Finding {
    let parts: Vec<&str> = differences.iter().map(|difference| difference.part).collect();
    let mut finding = KIND
        .found(format!("{} and {} differ in {}", checked.subject(), other.subject(), parts.join(", ")))
        .detail(format!(
            "{checked} and {other} are both set, and lead to different places. The check goes on with the first. Which one the application uses is \
             decided by its code."
        ));
    for Difference { part, values } in differences {
        finding = finding.evidence(match values {
            Some((left, right)) => format!("{part}: \"{left}\" in {}, \"{right}\" in {}", checked.subject(), other.subject()),
            None => format!("{part}: differs (not shown)"),
        });
    }
    finding.remedy(Remedy::new(
        "make them agree",
        [Step::new(
            Place::AppConfig,
            format!("remove {} or {}, whichever the application does not read, or give both the same values", checked.subject(), other.subject()),
        )],
    ))
}
