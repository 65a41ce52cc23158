//! `pool/recovery-conflict`: a standby ended a query to go on with recovery.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "recovery-conflict",
    severity: Severity::Warn,
    title: "a standby ended a query that stood in the way of its recovery",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("canceling statement due to conflict with recovery"),
    Text::new("terminating connection due to conflict with recovery"),
];
