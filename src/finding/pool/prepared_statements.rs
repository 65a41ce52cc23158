//! `pool/prepared-statements`: a pooler and prepared statements do not go together.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "prepared-statements",
    severity: Severity::Fail,
    title: "prepared statements get lost behind a transaction pooler",
    explanation: Explanation {
        meaning: "In transaction pooling each transaction may run on another server connection; a statement prepared on one is unknown on the next, or exists there already.",
        tell: "prepared statement … does not exist, or already exists, with names that a driver makes up such as __asyncpg_stmt_1__, _pg3_0 or s0.",
        causes: &["PgBouncer in transaction mode, older than 1.21 or with max_prepared_statements = 0", "another pooler in transaction mode that does not track prepared statements"],
        fixes: &["PgBouncer 1.21 or later: max_prepared_statements = 200", "asyncpg: statement_cache_size=0, and with SQLAlchemy prepared_statement_cache_size=0", "psycopg 3: prepare_threshold=None", "connect to the server directly for migrations"],
        mistaken_for: "A fault of the statement itself.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("prepared statement \"{statement}\" does not exist"),
    Text::new("prepared statement \"{statement}\" already exists"),
];
