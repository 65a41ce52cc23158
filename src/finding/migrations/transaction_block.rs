//! `migrations/transaction-block`: a command that no transaction may hold.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "transaction-block",
    severity: Severity::Fail,
    title: "a command that cannot run inside a transaction runs inside one",
    explanation: Explanation {
        meaning: "CREATE INDEX CONCURRENTLY, CREATE DATABASE, VACUUM and a few others refuse to run in a transaction, and the driver or the migration tool had opened one.",
        tell: "cannot run inside a transaction block, with the command before it.",
        causes: &["the migration tool wraps each migration in a transaction", "the driver opens a transaction with the first statement"],
        fixes: &[
            "Alembic: with op.get_context().autocommit_block(); Django: atomic = False in the migration",
            "elsewhere, set the connection to autocommit for that command",
        ],
        mistaken_for: "A missing privilege: the command was not looked at.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("cannot run inside a transaction block"),
];
