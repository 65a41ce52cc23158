//! `privileges/wrong-database`: the settings lead elsewhere than they are expected to.

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "wrong-database",
    severity: Severity::Fail,
    title: "the session is not in the database, or not the role, that was expected",
};

/// What was expected, and what the server says.
#[derive(Debug)]
pub struct Mismatch {
    /// `database` or `role`
    pub what: &'static str,
    pub expected: Foreign,
    pub seen: Foreign,
}

/// The session is not where it was expected.
#[must_use]
pub fn finding(mismatches: &[Mismatch], login: &Foreign, source: &str) -> Finding {
    let words: Vec<_> = mismatches
        .iter()
        .map(|one| format!("{} \"{}\" instead of \"{}\"", one.what, one.seen, one.expected))
        .collect();
    let mut finding = KIND
        .found(format!("the session has {}", words.join(" and ")))
        .detail(format!("The settings, {source}, lead there, and the expectation names another."));
    for one in mismatches {
        let asked = if one.what == "database" {
            "current_database()"
        } else {
            "current_user"
        };
        finding = finding.evidence(format!("{asked} is \"{}\", expected is \"{}\"", one.seen, one.expected));
    }
    let mut finding = finding
        .candidate(
            "the settings are those of another environment, or a default took a missing one's place",
            "dbdoctor env shows every place that they come from",
        )
        .candidate(
            "the expectation is out of date",
            "ask which database the application is meant to use",
        );
    if mismatches.iter().any(|one| one.what == "role" && one.seen != *login) {
        finding = finding.evidence(format!(
            "the role that logged in is \"{login}\": a setting of the role or the database makes it act as another"
        ));
    }
    finding.remedy(Remedy::new(
        "correct the settings, or the expectation",
        [Step::new(
            Place::AppConfig,
            format!(
                "correct {} where it stands: {source}",
                mismatches.iter().map(|one| one.what).collect::<Vec<_>>().join(" and ")
            ),
        )],
    ))
}
