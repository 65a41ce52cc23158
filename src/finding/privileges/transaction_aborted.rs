//! `privileges/transaction-aborted`: a statement in a transaction that has failed before.

use crate::explain::logged::Text;
use crate::finding::{Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "transaction-aborted",
    severity: Severity::Fail,
    title: "an earlier statement of the transaction failed",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new(
    "current transaction is aborted, commands ignored until end of transaction block",
)];
