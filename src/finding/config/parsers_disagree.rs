//! `config/parsers-disagree`: the connection string leads to different places, depending on who reads it.

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::Remedy;
use crate::settings::repaired::{self, Repaired};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "parsers-disagree",
    severity: Severity::Warn,
    title: "libraries read the connection string differently",
};

/// How one consumer, or several alike, disagree: `SQLAlchemy 1.4, SQLAlchemy 2.0` and `host "…" instead of "…"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    pub readers: Vec<&'static str>,
    pub what: String,
}

/// Some consumers read it otherwise than the rest, or refuse it. It fails where the one in use is among them, whatever its release.
#[must_use]
pub fn found(source: &Source, severity: Severity, disagreements: &[Disagreement], repaired: &Repaired) -> Finding {
    let subject = source.subject();
    let readers: Vec<&str> = disagreements.iter().flat_map(|one| one.readers.iter().copied()).collect();
    let readers = readers.join(", ");
    let (title, detail) = match severity {
        Severity::Fail => (
            format!("{subject} is not read as it was meant by the library that it is written for"),
            format!(
                "{source} names its reader, and that reader misreads or refuses it in every release known here ({readers}). libpq, and psql with it, may read it all the same."
            ),
        ),
        Severity::Warn | Severity::Info => (
            format!("{subject} is read differently by {readers}"),
            format!(
                "{source} leads to another place, or to another login, depending on the library that reads it. Which one the application uses is not known here; the check goes on with libpq's reading, or with that of the driver in the URL."
            ),
        ),
    };
    let mut finding = KIND.found(title).severity(severity).detail(detail);
    for Disagreement { readers, what } in disagreements {
        finding = finding.evidence(format!("{}: {what}", readers.join(", ")));
    }
    finding.remedy(Remedy::new(
        "write it as every library reads it alike",
        [repaired::step(source, repaired)],
    ))
}
