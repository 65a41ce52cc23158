//! `pool/lock-table-full`: the table of locks is full.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "lock-table-full",
    severity: Severity::Fail,
    title: "the server has no room for another lock",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("You might need to increase max_locks_per_transaction"),
    Text::new("You might need to increase \"max_locks_per_transaction\""),
    Text::new("You might need to increase max_pred_locks_per_transaction"),
    Text::new("You might need to increase \"max_pred_locks_per_transaction\""),
    Text::near_driver("ERROR: out of shared memory"),
    Text::new("errors.OutOfMemory: out of shared memory"),
];
