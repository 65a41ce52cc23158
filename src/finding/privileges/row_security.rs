//! `privileges/row-security`: row-level security keeps the rows away.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "row-security",
    severity: Severity::Fail,
    title: "row-level security refuses the statement",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("new row violates row-level security policy"),
    Text::new("query would be affected by row-level security policy"),
];
