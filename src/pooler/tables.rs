//! The rows of a console's tables.

use std::collections::BTreeMap;

use super::Pooler;
use crate::foreign::Foreign;

type Row = BTreeMap<String, String>;

/// The pool of one role in one database.
#[derive(Debug, Clone)]
pub struct PoolSeen {
    pub database: Foreign,
    pub user: Foreign,
    pub clients_active: i64,
    /// `None` where they are not told from those that do nothing.
    pub clients_waiting: Option<i64>,
    /// Connections to the server, idle ones included.
    pub servers: i64,
    pub servers_active: i64,
    /// How long the first in the queue has waited, in seconds.
    pub longest_wait: i64,
    pub mode: Option<Foreign>,
}

/// A database that the pooler offers.
#[derive(Debug, Clone)]
pub struct DatabaseSeen {
    /// As clients call it.
    pub name: Foreign,
    /// The role whose clients the row is about; `None` where it is about all.
    pub user: Option<Foreign>,
    /// `host:port` of its server.
    pub server: String,
    /// Of each pool; `None` is no limit.
    pub pool_size: Option<i64>,
    pub reserve: i64,
    /// Connections of all its pools to the server; 0 is no limit.
    pub most: i64,
    /// Clients that it takes; 0 is no limit.
    pub most_clients: i64,
    pub mode: Option<Foreign>,
    pub paused: bool,
}

/// A user of the pooler's.
#[derive(Debug, Clone)]
pub struct UserSeen {
    pub name: Foreign,
    /// Clients that it may have; 0 is no limit.
    pub most_clients: i64,
}

impl PoolSeen {
    /// A row of `SHOW POOLS`.
    #[must_use]
    pub fn read(row: &Row, pooler: Pooler) -> Self {
        let waiting = number(row, &["cl_waiting"]);
        let servers_active = number(row, &["sv_active"]);
        let others = ["sv_idle", "sv_used", "sv_tested", "sv_login"].map(|name| number(row, &[name]));
        Self {
            database: foreign(row, "database"),
            user: foreign(row, "user"),
            clients_active: number(row, &["cl_active"])
                + match pooler {
                    // It calls all waiting that have no server connection just now.
                    Pooler::Odyssey => waiting,
                    // PgCat tells those that do nothing apart.
                    _ => number(row, &["cl_idle"]),
                },
            clients_waiting: (pooler != Pooler::Odyssey).then_some(waiting),
            servers: servers_active + others.iter().sum::<i64>(),
            servers_active,
            longest_wait: number(row, &["maxwait"]),
            mode: mode(row),
        }
    }

    /// Clients, served and waiting.
    #[must_use]
    pub fn clients(&self) -> i64 {
        self.clients_active + self.waiting()
    }

    /// Clients that are known to wait.
    #[must_use]
    pub fn waiting(&self) -> i64 {
        self.clients_waiting.unwrap_or(0)
    }
}

impl DatabaseSeen {
    /// A row of `SHOW DATABASES`.
    #[must_use]
    pub fn read(row: &Row, pooler: Pooler) -> Self {
        let name = text(row, &["name"]);
        let user = Some(text(row, &["force_user"])).filter(|user| !user.is_empty());
        let (size, most) = (number(row, &["pool_size"]), number(row, &["max_connections"]));
        let seen = Self {
            name: Foreign::new(name.as_str()),
            user: None,
            server: format!("{}:{}", foreign(row, "host"), foreign(row, "port")),
            pool_size: Some(size),
            reserve: number(row, &["reserve_pool_size", "reserve_pool"]),
            most,
            most_clients: number(row, &["max_client_connections"]),
            mode: mode(row),
            paused: number(row, &["paused"]) != 0,
        };
        match pooler {
            // A row for each pool and server: its name has the shard and the server's role behind it, and max_connections is the pool's size.
            Pooler::PgCat => Self {
                name: Foreign::new(name.rsplit_once("_shard_").map_or(name.as_str(), |(pool, _)| pool)),
                user: user.map(Foreign::new),
                most: 0,
                ..seen
            },
            // A row for each rule: max_connections is its client_max, and 0 is no limit.
            Pooler::Odyssey => Self {
                user: user.filter(|user| user != "default_user").map(Foreign::new),
                pool_size: (size > 0).then_some(size),
                most: 0,
                most_clients: most,
                ..seen
            },
            // There force_user is the role on the server.
            _ => seen,
        }
    }

    /// The most connections to the server that so many pools of this kind may open; `None` is no limit.
    #[must_use]
    pub fn most_servers(&self, pools: i64) -> Option<i64> {
        let all = self.pool_size.map(|size| size.saturating_add(self.reserve).saturating_mul(pools));
        match all {
            Some(all) if self.most > 0 => Some(all.min(self.most)),
            None if self.most > 0 => Some(self.most),
            all => all,
        }
    }
}

impl UserSeen {
    /// A row of `SHOW USERS`.
    #[must_use]
    pub fn read(row: &Row) -> Self {
        Self {
            name: foreign(row, "name"),
            most_clients: number(row, &["max_user_client_connections"]),
        }
    }
}

/// The text of the first of these columns that is there.
pub fn text(row: &Row, names: &[&str]) -> String {
    names.iter().find_map(|name| row.get(*name)).cloned().unwrap_or_default()
}

fn number(row: &Row, names: &[&str]) -> i64 {
    text(row, names).parse().unwrap_or(0)
}

fn foreign(row: &Row, name: &str) -> Foreign {
    Foreign::new(text(row, &[name]))
}

fn mode(row: &Row) -> Option<Foreign> {
    Some(text(row, &["pool_mode"])).filter(|mode| !mode.is_empty()).map(Foreign::new)
}
