//! Databases whose oldest rows are near the end of the transaction IDs.

use crate::foreign::Foreign;
use crate::server::answer::{Columns, Record};
use crate::verdict::Breakage;

/// IDs that can be told apart from the oldest on: half of the 32-bit circle (PostgreSQL's documentation, "Preventing Transaction ID
/// Wraparound Failures").
pub const CIRCLE: i64 = 2_147_483_647;

/// A database that vacuum has not got round to for long.
#[derive(Debug, Clone)]
pub struct Age {
    pub database: Foreign,
    /// Whether anybody may connect to it.
    pub is_open: bool,
    /// How many transactions ago its oldest row was made.
    pub transactions: i64,
    /// How many multixacts ago its oldest shared row lock was taken.
    pub multixacts: i64,
}

impl Age {
    /// The greater of the two.
    #[must_use]
    pub fn greatest(&self) -> i64 {
        self.transactions.max(self.multixacts)
    }
}

impl Record for Age {
    /// Reads the answer to [`crate::pool::ask::AGES`].
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok(Self {
            database: row.name()?,
            is_open: row.flag()?,
            transactions: row.count()?,
            multixacts: row.count()?,
        })
    }
}
