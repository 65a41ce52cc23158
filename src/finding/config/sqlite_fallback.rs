//! `config/sqlite-fallback`: the application runs on a SQLite file.

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "sqlite-fallback",
    severity: Severity::Fail,
    title: "the settings name a SQLite file",
};

/// The URL or the engine says SQLite.
#[must_use]
pub fn found(source: &Source) -> Finding {
    let subject = source.subject();
    KIND.found(format!("{subject} names SQLite, not PostgreSQL"))
        .detail(format!(
            "{source} names SQLite. With it the application never contacts PostgreSQL; it works on a file of its own, which shows as empty tables and \
             not as an error."
        ))
        .remedy(Remedy::new(
            format!("set {subject} to PostgreSQL"),
            [Step::new(
                Place::AppConfig,
                format!("set {subject} to the PostgreSQL server's value (a URL: postgresql://USER:PASSWORD@HOST:5432/DATABASE), then restart the service"),
            )],
        ))
}
