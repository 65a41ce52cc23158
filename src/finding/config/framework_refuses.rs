//! `config/framework-refuses`: Django turns its own database settings down.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

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
