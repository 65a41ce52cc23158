//! `pool/prepared-statements`: a pooler and prepared statements do not go together.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "prepared-statements",
    severity: Severity::Fail,
    title: "prepared statements get lost behind a transaction pooler",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("prepared statement \"{statement}\" does not exist"),
    Text::new("prepared statement \"{statement}\" already exists"),
];
