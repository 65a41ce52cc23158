//! Which pooler it is, as far as its name and its answers tell.

use std::fmt;

use crate::server::error::ServerError;
use crate::target::Target;

/// A pooler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooler {
    PgBouncer,
    PgCat,
    Odyssey,
    Supavisor,
    RdsProxy,
    Neon,
    /// The process that answers is not the one that was promised at login, and that is all that is known.
    Unknown,
}

impl Pooler {
    /// By the name of its host: what providers run shows no console.
    #[must_use]
    pub fn of_host(target: &Target) -> Option<Self> {
        target.hosts.iter().find_map(|host| {
            let name = host.name();
            let first = name.split('.').next().unwrap_or_default();
            if name.ends_with(".pooler.supabase.com") {
                Some(Self::Supavisor)
            } else if name.ends_with(".rds.amazonaws.com") && name.contains(".proxy-") {
                Some(Self::RdsProxy)
            } else if name.ends_with(".neon.tech") && first.ends_with("-pooler") {
                Some(Self::Neon)
            } else {
                None
            }
        })
    }

    /// By what `SHOW VERSION` says on the console.
    #[must_use]
    pub fn of_version(version: &str) -> Self {
        if version.starts_with("PgBouncer") {
            Self::PgBouncer
        } else if version.starts_with("PgCat") {
            Self::PgCat
        } else {
            Self::Unknown
        }
    }

    /// By how it refuses a client that asks for the console.
    #[must_use]
    pub fn of_refusal(error: &ServerError) -> Self {
        if !error.is_of_a_pooler() {
            return Self::Unknown;
        }
        if error.says(&["not allowed", "admin access needed"]) {
            Self::PgBouncer
        } else if error.says(&["No pool configured for database"]) {
            Self::PgCat
        } else if error.says(&["route for '"]) {
            Self::Odyssey
        } else if error.says(&["(ENOTFOUND)", "Tenant or user not found"]) {
            Self::Supavisor
        } else if error.says(&["This RDS proxy", "This RDS Proxy"]) {
            Self::RdsProxy
        } else {
            Self::Unknown
        }
    }
}

impl fmt::Display for Pooler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PgBouncer => "PgBouncer",
            Self::PgCat => "PgCat",
            Self::Odyssey => "Odyssey",
            Self::Supavisor => "Supavisor",
            Self::RdsProxy => "RDS Proxy",
            Self::Neon => "Neon's pooler",
            Self::Unknown => "a pooler",
        })
    }
}
