//! The limits and counts of the server.

use super::Session;
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
    /// `idle_in_transaction_session_timeout` in milliseconds; 0 is none.
    pub idle_in_transaction_ms: i64,
    /// `idle_session_timeout` in milliseconds, since version 14; 0 is none.
    pub idle_session_ms: i64,
    /// `tcp_keepalives_idle` in seconds; `None` over a Unix socket, which has none.
    pub keepalives_idle: Option<i64>,
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
            used: 0,
            used_by_role: 0,
            used_in_database: 0,
            used_by_role_in_database: 0,
            idle_in_transaction_ms: duration(row.nullable()?, "ms"),
            idle_session_ms: duration(row.nullable()?, "ms"),
            keepalives_idle: Some(duration(row.nullable()?, "s")).filter(|seconds| *seconds > 0),
        })
    }
}

impl LimitsSeen {
    /// With what others hold.
    #[must_use]
    pub fn counting(self, sessions: &[Session]) -> Self {
        let count = |wanted: &dyn Fn(&Session) -> bool| {
            let counted = sessions.iter().filter(|session| session.counts(self.sees_all) && wanted(session));
            i64::try_from(counted.count()).unwrap_or(i64::MAX)
        };
        Self {
            used: count(&|_| true),
            used_by_role: count(&|session| session.is_of(&self.login)),
            used_in_database: count(&|session| session.is_in(&self.database)),
            used_by_role_in_database: count(&|session| session.is_of(&self.login) && session.is_in(&self.database)),
            ..self
        }
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

/// A setting as SHOW spells it (`5min`), in `unit`, which stands for a number alone too. What is not known there is 0.
pub(super) fn duration(shown: Option<&str>, unit: &str) -> i64 {
    let shown = shown.unwrap_or_default();
    let digits = shown.find(|c: char| !c.is_ascii_digit()).unwrap_or(shown.len());
    let (number, shown_unit) = shown.split_at(digits);
    let ms = |unit: &str| match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => 0,
    };
    let shown_unit = if shown_unit.is_empty() { unit } else { shown_unit };
    number
        .parse()
        .map_or(0, |number: i64| number.saturating_mul(ms(shown_unit)) / ms(unit))
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

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn settings_have_the_unit_that_they_are_shown_with() {
        for (shown, unit, expected) in [
            ("0", "ms", 0),
            ("250ms", "ms", 250),
            ("5min", "ms", 300_000),
            ("90s", "ms", 90_000),
            ("2h", "s", 7_200),
            ("1d", "s", 86_400),
            ("7200", "s", 7_200),
            ("-1", "ms", 0),
        ] {
            assert_eq!(duration(Some(shown), unit), expected, "{shown}");
        }
        assert_eq!(duration(None, "ms"), 0);
    }
}
