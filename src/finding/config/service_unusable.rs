//! `config/service-unusable`: the service file does not help.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::foreign::Foreign;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "service-unusable",
    severity: Severity::Fail,
    title: "the connection service cannot be used",
    explanation: Explanation {
        meaning: "The settings name a service (service=, or PGSERVICE), and libpq refuses to connect when the definition is not found or its file cannot be read as one.",
        tell: "libpq says: definition of service … not found, service file … not found, or: syntax error in service file …, line N.",
        causes: &[
            "the file of another user: under systemd, HOME is that of the service",
            "PGSERVICEFILE names a file that is not there",
            "blanks round the \"=\", or a keyword that libpq does not know",
        ],
        fixes: &[
            "define the service in ~/.pg_service.conf of the user who runs the application",
            "write name=value without blanks round the \"=\"",
        ],
        mistaken_for: "A missing host.",
    },
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
        .detail(format!("The settings name the service \"{service}\". libpq refuses to connect: {why}."))
        .remedy(Remedy::new("define the service", [Step::new(Place::AppConfig, advice)]))
}
