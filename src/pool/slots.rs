//! Who has the server's slots, and who wants them: what the bar of the report shows.

use super::seen::LimitsSeen;

/// What the application can open, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Unknown,
    Connections(i64),
    Unbounded,
}

/// The slots of the server, each counted once, and what the application can open beyond its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// Kept from this role and not taken by anybody.
    pub reserved: i64,
    pub used_by_others: i64,
    /// Held by the application's role in its database.
    pub used_by_application: i64,
    /// What this role can still have.
    pub free: i64,
    /// What the application can open and cannot have; `None` is no limit at all.
    pub beyond: Option<i64>,
    /// Whether every session was visible.
    pub exact: bool,
}

impl Slots {
    /// Held against what the application can open.
    #[must_use]
    pub fn of(limits: &LimitsSeen, wanted: Wanted) -> Self {
        let total = limits.capacity.max_connections;
        let used = limits.used.min(total);
        let own = limits.used_by_role_in_database.min(used);
        let free = (limits.capacity.usable() - used).max(0);
        Self {
            reserved: (total - used - free).max(0),
            used_by_others: used - own,
            used_by_application: own,
            free,
            beyond: match wanted {
                Wanted::Unknown => Some(0),
                Wanted::Connections(demand) => Some((demand - limits.room().connections).max(0)),
                Wanted::Unbounded => None,
            },
            exact: limits.sees_all,
        }
    }
}
