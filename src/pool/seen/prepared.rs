//! Transactions that wait for their second phase.

use std::fmt;

use crate::foreign::Foreign;
use crate::server::answer::{Columns, Record};
use crate::verdict::Breakage;

/// A transaction that was prepared, and neither committed nor rolled back since.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The name that its coordinator gave it.
    pub name: Foreign,
    pub owner: Foreign,
    pub database: Foreign,
    pub seconds: i64,
}

impl Record for Prepared {
    /// Reads the answer to [`crate::pool::ask::PREPARED`].
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok(Self {
            name: row.name()?,
            owner: row.name()?,
            database: row.name()?,
            seconds: row.seconds()?,
        })
    }
}

impl fmt::Display for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}', role \"{}\", database \"{}\", prepared {} s ago",
            self.name, self.owner, self.database, self.seconds
        )
    }
}
