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
    Pgpool,
    Supavisor,
    RdsProxy,
    Neon,
    /// The process that answers is not the one that was promised at login, and that is all that is known.
    Unknown,
}

impl Pooler {
    /// The databases that stand for a console: PgBouncer's and PgCat's, and Odyssey's usual one.
    pub const CONSOLES: [&'static str; 2] = ["pgbouncer", "console"];

    /// What PgCat answers by itself, and a server refuses.
    pub const COMMAND_OF_PGCAT: &'static str = "SHOW SERVER ROLE";

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
        } else if version.starts_with("Odyssey") {
            Self::Odyssey
        } else {
            Self::Unknown
        }
    }

    /// By how it refuses a client.
    #[must_use]
    pub fn of_refusal(error: &ServerError) -> Self {
        const WORDS: &[(Pooler, &[&str])] = &[
            (Pooler::PgBouncer, &["not allowed", "admin access needed"]),
            (
                Pooler::PgCat,
                &[
                    "No pool configured for database",
                    "Pool down for database",
                    "could not get connection from the pool -",
                ],
            ),
            // It puts its name and the client's number before everything.
            (Pooler::Odyssey, &["odyssey: ", "route for '"]),
            (Pooler::Pgpool, &["pgpool", "all backend nodes are down"]),
            (Pooler::Supavisor, &["(ENOTFOUND)", "Tenant or user not found"]),
            (Pooler::RdsProxy, &["This RDS proxy"]),
        ];
        if !error.is_of_a_pooler() {
            return Self::Unknown;
        }
        let says = |(_, words): &&(Self, &[&str])| error.says(words);
        WORDS.iter().find(says).map_or(Self::Unknown, |(pooler, _)| *pooler)
    }
}

impl fmt::Display for Pooler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PgBouncer => "PgBouncer",
            Self::PgCat => "PgCat",
            Self::Odyssey => "Odyssey",
            Self::Pgpool => "Pgpool-II",
            Self::Supavisor => "Supavisor",
            Self::RdsProxy => "RDS Proxy",
            Self::Neon => "Neon's pooler",
            Self::Unknown => "a pooler",
        })
    }
}
