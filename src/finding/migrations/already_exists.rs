//! `migrations/already-exists`: a migration creates what is there already.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "already-exists",
    severity: Severity::Fail,
    title: "a migration creates something that already exists",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("relation \"{table}\" already exists"),
    Text::new("errors.DuplicateTable"),
    Text::new("exceptions.DuplicateTable"),
    Text::new("ERROR: type \"{type}\" already exists"),
    Text::new("ProgrammingError: type \"{type}\" already exists"),
    Text::near_driver("type \"{type}\" already exists"),
    Text::new("column \"{column}\" of relation \"{table}\" already exists"),
    Text::near_driver("table \"{table}\" already exists"),
];
