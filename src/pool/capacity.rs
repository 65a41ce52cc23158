//! How many connections the server gives to a role, as `InitPostgres` reckons (proc.c, postinit.c).

use std::fmt::Write as _;

/// The limits that bind a role's connections.
#[derive(Debug, Clone, Default)]
pub struct Capacity {
    pub max_connections: i64,
    pub superuser_reserved: i64,
    /// `reserved_connections`; `None` before version 16.
    pub reserved: Option<i64>,
    /// RDS keeps some for its own administrators.
    pub provider_reserved: Option<i64>,
    /// Slots that a provider says it keeps in all, whichever settings it keeps them by, with the words for it.
    pub kept_in_all: Option<(i64, &'static str)>,
    pub superuser: bool,
    /// Member of `pg_use_reserved_connections`.
    pub may_use_reserved: bool,
    /// `None` is no limit; superusers are exempt.
    pub role_limit: Option<i64>,
    pub database_limit: Option<i64>,
}

impl Capacity {
    /// What the reserves take away from this role, with their names.
    fn reserves(&self) -> Vec<(i64, &'static str)> {
        if self.superuser {
            return Vec::new();
        }
        let mut reserves = vec![(self.superuser_reserved, "superuser_reserved_connections")];
        if let Some(reserved) = self.reserved.filter(|_| !self.may_use_reserved) {
            reserves.push((reserved, "reserved_connections"));
        }
        if let Some(reserved) = self.provider_reserved {
            reserves.push((reserved, "rds.rds_superuser_reserved_connections"));
        }
        let shown: i64 = reserves.iter().map(|(count, _)| count).sum();
        if let Some((kept, words)) = self.kept_in_all.filter(|(kept, _)| *kept > shown) {
            reserves.push((kept - shown, words));
        }
        reserves
    }

    /// Slots that this role's connections may take, all databases together.
    #[must_use]
    pub fn usable(&self) -> i64 {
        let reserved: i64 = self.reserves().iter().map(|(count, _)| count).sum();
        (self.max_connections - reserved).max(0)
    }

    /// `100 max_connections − 3 superuser_reserved_connections = 97`
    #[must_use]
    pub fn formula(&self) -> String {
        let mut formula = format!("{} max_connections", self.max_connections);
        for (count, name) in self.reserves() {
            let _ = write!(formula, " − {count} {name}");
        }
        format!("{formula} = {}", self.usable())
    }

    /// The role's own limit, where it binds.
    #[must_use]
    pub fn role_limit(&self) -> Option<i64> {
        self.role_limit.filter(|_| !self.superuser)
    }

    /// The database's own limit, where it binds.
    #[must_use]
    pub fn database_limit(&self) -> Option<i64> {
        self.database_limit.filter(|_| !self.superuser)
    }
}

#[cfg(test)]
mod tests {
    use super::Capacity;

    #[test]
    fn what_a_provider_keeps_in_all_is_not_taken_away_twice() {
        let capacity = |superuser_reserved, reserved| Capacity {
            max_connections: 859,
            superuser_reserved,
            reserved,
            kept_in_all: Some((15, "kept by Azure")),
            ..Capacity::default()
        };
        for (superuser_reserved, reserved, formula) in [
            (
                3,
                None,
                "859 max_connections − 3 superuser_reserved_connections − 12 kept by Azure = 844",
            ),
            (
                10,
                Some(5),
                "859 max_connections − 10 superuser_reserved_connections − 5 reserved_connections = 844",
            ),
        ] {
            assert_eq!(capacity(superuser_reserved, reserved).formula(), formula);
        }
    }
}
