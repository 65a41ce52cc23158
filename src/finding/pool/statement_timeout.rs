//! `pool/statement-timeout`: a statement ran into its time limit.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "statement-timeout",
    severity: Severity::Fail,
    title: "a statement exceeded its time limit",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("canceling statement due to statement timeout"),
    Text::new("FATAL: query_timeout"),
    Text::near_driver("Timeout during reading attempt"),
];
