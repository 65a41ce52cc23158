//! `config/quoted-value`: quotes that belong to the value.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "quoted-value",
    severity: Severity::Fail,
    title: "a setting still has its quotes on",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("missing \"=\" after \"\"{secret}\"\" in connection info string"),
    Text::new("missing \"=\" after \"'{secret}'\" in connection info string"),
];

/// The value begins with a quote that nobody took off.
#[must_use]
pub fn found(source: &Source, quote: &str) -> Finding {
    let subject = source.subject();
    KIND.found(format!("{subject} still has its quotes on: {quote}…{quote}"))
        .detail(format!(
            "The value of {source} begins with {quote}, so the quotes are a piece of it. libpq, SQLAlchemy and asyncpg refuse such a connection string. \
             docker's --env-file keeps quotes; systemd, compose and python-dotenv take one pair off."
        ))
        .remedy(Remedy::new(
            "take the quotes off",
            [Step::new(Place::AppConfig, format!("write the value of {subject} without the quotes round it"))],
        ))
}
