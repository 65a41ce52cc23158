//! The answers, typed.

use std::fmt;

use super::capacity::Capacity;
use crate::foreign::Foreign;
use crate::server::answer::Columns;
use crate::server::session::Row;
use crate::verdict::Breakage;

/// Limits and counts of the server; the session that asked is not counted.
#[derive(Debug)]
pub struct LimitsSeen {
    pub backend_pid: i64,
    pub role: Foreign,
    pub login: Foreign,
    pub database: Foreign,
    pub capacity: Capacity,
    /// Whether every session's kind and state are visible; otherwise `used` is approximate.
    pub sees_all: bool,
    /// Slots in use.
    pub used: i64,
    pub used_by_role: i64,
    pub used_in_database: i64,
    pub used_by_role_in_database: i64,
    pub prepared_transactions: i64,
    /// `idle_in_transaction_session_timeout` in milliseconds; 0 is none.
    pub idle_timeout_ms: i64,
}

impl LimitsSeen {
    /// Reads the answer to [`super::ask::LIMITS`].
    ///
    /// # Errors
    /// When the answer does not have the form asked for, as for each of these.
    pub fn read(rows: &[Row]) -> Result<Self, Breakage> {
        let row = rows
            .first()
            .ok_or_else(|| Breakage("the server does not list the session's own role".to_owned()))?;
        let mut row = Columns::of(row);
        let (backend_pid, role, login, database) = (row.count()?, row.name()?, row.name()?, row.name()?);
        let capacity = Capacity {
            max_connections: row.count()?,
            superuser_reserved: row.count()?,
            reserved: row.nullable_count()?,
            provider_reserved: row.nullable_count()?,
            superuser: row.flag()?,
            may_use_reserved: row.flag()?,
            ..Capacity::default()
        };
        let sees_all = row.flag()?;
        Ok(Self {
            backend_pid,
            role,
            login,
            database,
            capacity: Capacity {
                role_limit: limit(row.count()?),
                database_limit: limit(row.count()?),
                ..capacity
            },
            sees_all,
            used: row.count()?,
            used_by_role: row.count()?,
            used_in_database: row.count()?,
            used_by_role_in_database: row.count()?,
            prepared_transactions: row.count()?,
            idle_timeout_ms: row.nullable_count()?.unwrap_or(0),
        })
    }

    /// What others hold can't be had by the application: the room that is left for it, by the tightest limit.
    #[must_use]
    pub fn room(&self) -> Room {
        let capacity = &self.capacity;
        let slots = Room {
            connections: capacity.usable() - (self.used - self.used_by_role_in_database),
            formula: format!(
                "{} usable − {} held by others = {}",
                capacity.usable(),
                self.used - self.used_by_role_in_database,
                capacity.usable() - (self.used - self.used_by_role_in_database)
            ),
        };
        let role = capacity.role_limit().map(|limit| Room {
            connections: limit,
            formula: format!("connection limit of role \"{}\" = {limit}", self.login),
        });
        let database = capacity.database_limit().map(|limit| {
            let others = self.used_in_database - self.used_by_role_in_database;
            Room {
                connections: limit - others,
                formula: format!(
                    "connection limit of database \"{}\" {limit} − {others} held by others = {}",
                    self.database,
                    limit - others
                ),
            }
        });
        let tightest =
            [role, database].into_iter().flatten().fold(
                slots,
                |tightest, room| {
                    if room.connections < tightest.connections { room } else { tightest }
                },
            );
        Room {
            connections: tightest.connections.max(0),
            ..tightest
        }
    }
}

/// `-1` is no limit.
fn limit(raw: i64) -> Option<i64> {
    (raw >= 0).then_some(raw)
}

/// The connections that the application can have, and how that was reckoned.
#[derive(Debug, Clone)]
pub struct Room {
    pub connections: i64,
    pub formula: String,
}

/// A session.
#[derive(Debug, Clone)]
pub struct Who {
    pub pid: i64,
    pub role: Foreign,
    pub database: Foreign,
    pub application: Foreign,
}

impl Who {
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok(Self {
            pid: row.count()?,
            role: row.name()?,
            database: row.name()?,
            application: row.name()?,
        })
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}, role \"{}\", database \"{}\"", self.pid, self.role, self.database)?;
        if !self.application.raw().is_empty() {
            write!(f, ", application \"{}\"", self.application)?;
        }
        Ok(())
    }
}

/// Sessions of one role, database and application.
#[derive(Debug, Clone)]
pub struct Holder {
    pub role: Foreign,
    pub database: Foreign,
    pub application: Foreign,
    pub count: i64,
}

impl Holder {
    /// Reads the answer to [`super::ask::HOLDERS`].
    ///
    /// # Errors
    /// When the answer does not have the form asked for.
    pub fn read(rows: &[Row]) -> Result<Vec<Self>, Breakage> {
        rows.iter()
            .map(|row| {
                let mut row = Columns::of(row);
                Ok(Self {
                    role: row.name()?,
                    database: row.name()?,
                    application: row.name()?,
                    count: row.count()?,
                })
            })
            .collect()
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} held by role \"{}\" in database \"{}\"", self.count, self.role, self.database)?;
        if !self.application.raw().is_empty() {
            write!(f, ", application \"{}\"", self.application)?;
        }
        Ok(())
    }
}

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
}

impl Transaction {
    /// Reads the answer to [`super::ask::TRANSACTIONS`].
    ///
    /// # Errors
    /// When the answer does not have the form asked for.
    pub fn read(rows: &[Row]) -> Result<Vec<Self>, Breakage> {
        rows.iter()
            .map(|row| {
                let mut row = Columns::of(row);
                Ok(Self {
                    who: Who::read(&mut row)?,
                    client: row.name()?,
                    idle: row.flag()?,
                    seconds: row.count()?,
                    state: row.name()?,
                })
            })
            .collect()
    }
}

/// A session that waits for a lock.
#[derive(Debug, Clone)]
pub struct Wait {
    pub who: Who,
    pub lock: Foreign,
    pub mode: Foreign,
    /// The table, where the lock is one on a table of this database.
    pub table: Option<Foreign>,
    /// How long; `None` where it cannot be seen.
    pub seconds: Option<i64>,
}

impl Wait {
    /// Reads the answer to [`super::ask::WAITS`].
    ///
    /// # Errors
    /// When the answer does not have the form asked for.
    pub fn read(rows: &[Row]) -> Result<Vec<Self>, Breakage> {
        rows.iter()
            .map(|row| {
                let mut row = Columns::of(row);
                Ok(Self {
                    who: Who::read(&mut row)?,
                    lock: row.name()?,
                    mode: row.name()?,
                    table: row.nullable()?.map(Foreign::from),
                    seconds: row.nullable_count()?,
                })
            })
            .collect()
    }
}
