//! The administration console of PgBouncer, and of PgCat, which speaks like it. Its columns differ by version, and so are found by
//! name.

use std::collections::BTreeMap;

use super::Pooler;
use crate::foreign::Foreign;
use crate::server::session::Table;

/// The database that stands for the console.
pub const DATABASE: &str = "pgbouncer";

/// What is asked there; the answers come in the same order.
pub const COMMANDS: [&str; 4] = ["SHOW VERSION", "SHOW POOLS", "SHOW DATABASES", "SHOW CONFIG"];

/// What the console shows.
#[derive(Debug, Clone)]
pub struct Console {
    pub pooler: Pooler,
    pub version: Foreign,
    pub pools: Vec<PoolSeen>,
    pub databases: Vec<DatabaseSeen>,
    config: BTreeMap<String, String>,
}

/// The pool of one role in one database.
#[derive(Debug, Clone)]
pub struct PoolSeen {
    pub database: Foreign,
    pub user: Foreign,
    pub clients_active: i64,
    pub clients_waiting: i64,
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
    pub name: Foreign,
    /// `host:port` of its server.
    pub server: String,
    pub pool_size: i64,
    pub reserve: i64,
    /// 0 is no limit.
    pub most: i64,
    pub mode: Option<Foreign>,
    pub paused: bool,
}

impl Console {
    /// Reads the answers to [`COMMANDS`].
    #[must_use]
    pub fn read(answers: [Table; 4]) -> Self {
        let [version, pools, databases, config] = answers;
        let version = version.first().and_then(|row| row.values().next().cloned()).unwrap_or_default();
        Self {
            pooler: Pooler::of_version(&version),
            version: Foreign::new(version),
            pools: pools.iter().map(pool).filter(|pool| pool.database.raw() != DATABASE).collect(),
            databases: databases
                .iter()
                .map(database)
                .filter(|database| database.name.raw() != DATABASE)
                .collect(),
            config: config.iter().map(|row| (text(row, &["key"]), text(row, &["value"]))).collect(),
        }
    }

    /// A number of the configuration.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<i64> {
        self.config.get(name)?.parse().ok()
    }

    /// The pool of this role in this database.
    #[must_use]
    pub fn pool(&self, user: &Foreign, database: &Foreign) -> Option<&PoolSeen> {
        self.pools.iter().find(|pool| pool.user == *user && pool.database == *database)
    }

    /// The database of this name.
    #[must_use]
    pub fn database(&self, name: &Foreign) -> Option<&DatabaseSeen> {
        self.databases.iter().find(|database| database.name == *name)
    }

    /// Clients of all pools.
    #[must_use]
    pub fn clients(&self) -> i64 {
        self.pools.iter().map(|pool| pool.clients_active + pool.clients_waiting).sum()
    }

    /// The most server connections that all its pools may open to the server of this database: one pool for each role and database
    /// that has been used, the reserve included.
    #[must_use]
    pub fn most_servers(&self, of: &DatabaseSeen) -> i64 {
        let on_same_server = self.databases.iter().filter(|database| database.server == of.server);
        on_same_server
            .map(|database| {
                let pools = self.pools.iter().filter(|pool| pool.database == database.name).count();
                let each = database.pool_size.saturating_add(database.reserve);
                let all = each.saturating_mul(i64::try_from(pools).unwrap_or(i64::MAX));
                if database.most > 0 { all.min(database.most) } else { all }
            })
            .sum()
    }
}

fn pool(row: &BTreeMap<String, String>) -> PoolSeen {
    let servers_active = number(row, &["sv_active"]);
    PoolSeen {
        database: Foreign::new(text(row, &["database"])),
        user: Foreign::new(text(row, &["user"])),
        clients_active: number(row, &["cl_active"]),
        clients_waiting: number(row, &["cl_waiting"]),
        servers: servers_active
            + ["sv_idle", "sv_used", "sv_tested", "sv_login"]
                .iter()
                .map(|name| number(row, &[name]))
                .sum::<i64>(),
        servers_active,
        longest_wait: number(row, &["maxwait"]),
        mode: Some(text(row, &["pool_mode"])).filter(|mode| !mode.is_empty()).map(Foreign::new),
    }
}

fn database(row: &BTreeMap<String, String>) -> DatabaseSeen {
    DatabaseSeen {
        name: Foreign::new(text(row, &["name"])),
        server: format!("{}:{}", Foreign::new(text(row, &["host"])), Foreign::new(text(row, &["port"]))),
        pool_size: number(row, &["pool_size"]),
        reserve: number(row, &["reserve_pool_size", "reserve_pool"]),
        most: number(row, &["max_connections"]),
        mode: Some(text(row, &["pool_mode"])).filter(|mode| !mode.is_empty()).map(Foreign::new),
        paused: number(row, &["paused"]) != 0,
    }
}

fn text(row: &BTreeMap<String, String>, names: &[&str]) -> String {
    names.iter().find_map(|name| row.get(*name)).cloned().unwrap_or_default()
}

fn number(row: &BTreeMap<String, String>, names: &[&str]) -> i64 {
    text(row, names).parse().unwrap_or(0)
}
