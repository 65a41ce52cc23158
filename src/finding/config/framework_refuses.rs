//! `config/framework-refuses`: Django turns its own database settings down.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "framework-refuses",
    severity: Severity::Fail,
    title: "the framework refuses the database settings",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Pooling doesn't support persistent connections"),
    Text::new("Database pooling requires psycopg >= 3"),
    Text::new("Error loading psycopg_pool module"),
    Text::new("The database name '{database}' ({_} characters) is longer than PostgreSQL's limit of 63 characters"),
    Text::new("'django.db.backends.{value}' isn't an available database backend or couldn't be imported"),
];

/// The framework's words for settings that it read.
#[must_use]
pub fn found(source: &Source, framework: &str, refused: &Foreign) -> Finding {
    KIND.found(format!("{framework} refuses {}: {refused}", source.subject()))
        .detail(format!(
            "{framework} loaded {source} and then made ready to connect, which it refused. No connection was tried: every request that needs the \
             database ends so."
        ))
        .evidence(refused.to_string())
        .remedy(Remedy::new(
            format!("correct {}", source.subject()),
            [Step::new(Place::AppConfig, format!("change what the message names in {source}, then restart the service"))],
        ))
}
