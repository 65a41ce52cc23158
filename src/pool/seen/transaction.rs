//! Open transactions.

use super::Who;
use crate::foreign::Foreign;
use crate::pool::statement::first_words;
use crate::server::answer::{Columns, Record};
use crate::verdict::Breakage;

/// An open transaction.
#[derive(Debug, Clone)]
pub struct Transaction {
    pub who: Who,
    pub client: Foreign,
    /// Whether it waits for its client, and not for the server.
    pub idle: bool,
    /// How long it has been idle, or, if it is not, how long it has been open.
    pub seconds: i64,
    pub state: Foreign,
    /// The first words of its last statement, without literals.
    pub statement: Foreign,
}

impl Record for Transaction {
    /// Reads the answer to [`crate::pool::ask::TRANSACTIONS`].
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok(Self {
            who: Who::read(row)?,
            client: row.name()?,
            idle: row.flag()?,
            seconds: row.count()?,
            state: row.name()?,
            statement: first_words(row.nullable()?.unwrap_or_default()),
        })
    }
}
