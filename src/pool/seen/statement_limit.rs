//! How long the server lets a statement of the application run.

use super::limits::duration;
use crate::privileges::setting::SetBy;
use crate::server::answer::{Columns, Record};
use crate::verdict::Breakage;

/// Below it hardly a query of an application's ends in time, in milliseconds: whoever meant seconds wrote such a number.
const SHORTEST_USUAL: i64 = 100;

/// `statement_timeout` of a new session.
#[derive(Debug, Default)]
pub struct StatementLimit {
    /// In milliseconds; 0 is none.
    pub ms: i64,
}

impl Record for StatementLimit {
    /// Reads the answer to [`crate::pool::ask::STATEMENT_LIMIT`].
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok(Self {
            ms: duration(row.nullable()?, "ms"),
        })
    }
}

impl StatementLimit {
    /// Whether it is shorter than anybody means it to be.
    #[must_use]
    pub fn is_odd(&self) -> bool {
        (1..SHORTEST_USUAL).contains(&self.ms)
    }
}

impl Record for SetBy {
    /// Reads the answer to [`crate::pool::ask::STATEMENT_LIMIT_SET_BY`].
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok(Self {
            source: row.name()?,
            line: None,
        })
    }
}
