//! `config/bad-percent-encoding`: a "%" outside the credentials begins no code.

use crate::conninfo::error::{Fault, ParseError};
use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "bad-percent-encoding",
    severity: Severity::Fail,
    title: "a \"%\" in the connection string begins no valid code",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("invalid percent-encoded token: \"{secret}\""),
    Text::new("forbidden value %00 in percent-encoded value: \"{secret}\""),
    Text::near_driver("invalid URL escape \"{secret}\""),
];

/// libpq refuses a code.
#[must_use]
pub fn found(source: &Source, error: &ParseError) -> Finding {
    let component = error.component.name();
    let byte = error.span.start + 1;
    let advice = if error.fault == Fault::PercentNul {
        format!("take %00 out of {component}; no value may hold a byte of value zero")
    } else {
        format!("write the \"%\" at byte {byte} as %25, or complete its code")
    };
    KIND.found(format!("{component} in {} has a broken percent code", source.subject()))
        .detail(format!("In {source}, {error}. libpq refuses the whole connection string for it (invalid percent-encoded token, or forbidden value %00)."))
        .remedy(Remedy::new("correct the code", [Step::new(Place::AppConfig, advice)]))
}
