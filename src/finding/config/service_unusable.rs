//! `config/service-unusable`: the service file does not help.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "service-unusable",
    severity: Severity::Fail,
    title: "the connection service cannot be used",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("definition of service \"{service}\" not found"),
    Text::new("service file \"{file}\" not found"),
    Text::new("syntax error in service file \"{file}\""),
    Text::new("nested service specifications not supported in service file"),
];

/// The service cannot be had, for the reason given in words.
#[must_use]
pub fn found(service: &Foreign, why: &str, advice: &str) -> Finding {
    KIND.found(format!("the service \"{service}\" cannot be used: {why}"))
        .detail(format!(
            "The settings name the service \"{service}\". libpq refuses to connect: {why}."
        ))
        .remedy(Remedy::new("define the service", [Step::new(Place::AppConfig, advice)]))
}
