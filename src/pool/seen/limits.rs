//! The limits and counts of the server.

use std::collections::BTreeMap;

use crate::foreign::Foreign;
use crate::pool::capacity::Capacity;
use crate::server::answer::{Columns, Record};
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
    /// Some settings of this session, as `pg_settings` spells them.
    settings: BTreeMap<String, String>,
}

impl Record for LimitsSeen {
    /// Reads the answer to [`crate::pool::ask::LIMITS`].
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
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
            settings: row.json()?,
        })
    }
}

impl LimitsSeen {
    /// `idle_in_transaction_session_timeout` in milliseconds; 0 is none.
    #[must_use]
    pub fn idle_in_transaction_ms(&self) -> i64 {
        self.setting("idle_in_transaction_session_timeout").unwrap_or(0)
    }

    /// `idle_session_timeout` in milliseconds, since version 14; 0 is none.
    #[must_use]
    pub fn idle_session_ms(&self) -> i64 {
        self.setting("idle_session_timeout").unwrap_or(0)
    }

    /// `tcp_keepalives_idle` in seconds; `None` over a Unix socket, which has none.
    #[must_use]
    pub fn keepalives_idle(&self) -> Option<i64> {
        self.setting("tcp_keepalives_idle").filter(|seconds| *seconds > 0)
    }

    fn setting(&self, name: &str) -> Option<i64> {
        self.settings.get(name)?.parse().ok()
    }

    /// How many more connections of this role can come in, by the tightest limit.
    #[must_use]
    pub fn free(&self) -> i64 {
        let capacity = &self.capacity;
        let slots = capacity.usable() - self.used;
        let role = capacity.role_limit().map_or(i64::MAX, |limit| limit - self.used_by_role);
        let database = capacity.database_limit().map_or(i64::MAX, |limit| limit - self.used_in_database);
        slots.min(role).min(database).max(0)
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
