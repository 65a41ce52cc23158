//! `config/placeholder-value`: a value of an example file.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "placeholder-value",
    severity: Severity::Warn,
    title: "a setting still has the value of an example",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("Can't load plugin: sqlalchemy.dialects:driver")];

/// A part holds a known placeholder.
#[must_use]
pub fn found(source: &Source, part: &str, placeholder: &'static str) -> Finding {
    KIND.found(format!("{part} in {} is a placeholder: \"{placeholder}\"", source.subject()))
        .detail(format!(
            "In {source}, {part} is \"{placeholder}\", as example files and consoles write it for a value to be filled in. The check goes on with it."
        ))
        .remedy(Remedy::new(
            "write the real value",
            [Step::new(Place::AppConfig, format!("replace \"{placeholder}\" by the real value of {part}"))],
        ))
}
