//! `migrations/expected-table-missing`: the code uses a table that is not there.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "expected-table-missing",
    severity: Severity::Fail,
    title: "a table that the code uses does not exist",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("relation \"{table}\" does not exist"),
    Text::near_driver("table \"{table}\" does not exist"),
    Text::new("ERROR: table \"{table}\" does not exist"),
];
