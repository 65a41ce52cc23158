//! The sessions that hold the server's slots, as far as they can be seen.

use super::Who;
use crate::foreign::Foreign;
use crate::server::answer::{Columns, Record};
use crate::verdict::Breakage;

/// What `pg_stat_activity` calls a session that a client opened.
const CLIENT: &str = "client backend";

/// A session of somebody else's.
#[derive(Debug, Clone)]
pub struct Session {
    pub who: Who,
    /// Whether it has a database and a role.
    is_regular: bool,
    /// What opened it; `None` where that cannot be seen.
    kind: Option<Foreign>,
    /// `None` where it cannot be seen.
    pub state: Option<Foreign>,
    /// The client's address, or `local socket`; `None` where it cannot be seen.
    pub client: Option<Foreign>,
    /// How long it has been in its state, in seconds.
    pub in_state: Option<i64>,
    /// How long its transaction has been open, in seconds.
    pub in_transaction: Option<i64>,
    /// Its statement, where it has an open transaction in this database.
    pub statement: Option<String>,
    /// Whether it waits for a lock.
    pub waits: bool,
}

impl Record for Session {
    /// Reads the answer to [`crate::pool::ask::SESSIONS`].
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        let (who, is_regular) = (Who::read(row)?, row.flag()?);
        let (kind, state) = (row.nullable()?.map(Foreign::from), row.nullable()?.map(Foreign::from));
        let address = row.nullable()?.map(Foreign::from);
        let is_seen = row.flag()?;
        Ok(Self {
            who,
            is_regular,
            kind,
            state,
            client: is_seen.then(|| address.unwrap_or_else(|| "local socket".into())),
            in_state: row.nullable_seconds()?,
            in_transaction: row.nullable_seconds()?,
            statement: row.nullable()?.map(str::to_owned),
            waits: row.flag()?,
        })
    }
}

impl Session {
    /// Whether a client's connection holds a slot with it; where not every session's kind can be seen, all regular ones count.
    #[must_use]
    pub fn counts(&self, sees_all: bool) -> bool {
        if sees_all { self.is_of_a_client() } else { self.is_regular }
    }

    /// Whether it is a client's, for certain.
    #[must_use]
    pub fn is_of_a_client(&self) -> bool {
        self.kind.as_ref().is_some_and(|kind| kind.raw() == CLIENT)
    }

    /// Whether it is a client's as far as can be seen.
    #[must_use]
    pub fn may_be_of_a_client(&self) -> bool {
        self.is_regular && (self.kind.is_none() || self.is_of_a_client())
    }

    #[must_use]
    pub fn is_of(&self, role: &Foreign) -> bool {
        self.who.role == *role
    }

    #[must_use]
    pub fn is_in(&self, database: &Foreign) -> bool {
        self.who.database == *database
    }
}
