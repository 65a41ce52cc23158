//! `privileges/transaction-aborted`: a statement in a transaction that has failed before.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "transaction-aborted",
    severity: Severity::Fail,
    title: "an earlier statement of the transaction failed",
    explanation: Explanation {
        meaning: "An error ended the transaction, and the application went on to use it. Every statement is refused until it is rolled back. The cause is the error before this one.",
        tell: "current transaction is aborted. Look for the first error of the same process or request: that is the fault.",
        causes: &["the application caught the first error and went on without a rollback", "a worker carries the broken session over to its next request"],
        fixes: &["find the error that came before it in the log, and fix that one", "roll back where the error is caught: session.rollback(), or a block of transaction.atomic()"],
        mistaken_for: "A fault of its own: it is only what follows.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("current transaction is aborted, commands ignored until end of transaction block"),
];
