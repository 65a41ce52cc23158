//! The administration console of PgBouncer, and of those that speak like it. Their columns differ by version, and so are found by name.

use std::collections::BTreeMap;

use super::Pooler;
use super::tables::{DatabaseSeen, PoolSeen, UserSeen, text};
use crate::foreign::Foreign;
use crate::server::session::{NoAnswer, Table};

/// What is asked there; the answers come in the same order. The last two are not known to all.
pub const COMMANDS: [&str; 5] = ["SHOW VERSION", "SHOW POOLS", "SHOW DATABASES", "SHOW CONFIG", "SHOW USERS"];

/// What the console shows.
#[derive(Debug, Clone)]
pub struct Console {
    pub pooler: Pooler,
    pub version: Foreign,
    pub pools: Vec<PoolSeen>,
    pub databases: Vec<DatabaseSeen>,
    users: Vec<UserSeen>,
    config: BTreeMap<String, String>,
}

/// A limit on the pooler's clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientLimit {
    pub setting: &'static str,
    pub most: i64,
    /// Clients that count against it, the one that asks left out.
    pub clients: i64,
    /// Those of them that are of the application's role in its database.
    pub own: i64,
}

impl ClientLimit {
    /// Clients that the application may have.
    #[must_use]
    pub fn room(&self) -> i64 {
        (self.most - self.others()).max(0)
    }

    /// Clients that are not the application's.
    #[must_use]
    pub fn others(&self) -> i64 {
        self.clients - self.own
    }
}

impl Console {
    /// Reads the answers to [`COMMANDS`].
    ///
    /// # Errors
    ///
    /// Why it shows no pools.
    pub fn read(answers: [Result<Table, NoAnswer>; 5]) -> Result<Self, NoAnswer> {
        let [version, pools, databases, config, users] = answers;
        let version = version?.first().and_then(|row| row.values().next().cloned()).unwrap_or_default();
        let pooler = Pooler::of_version(&version);
        let its_own = |name: &Foreign| Pooler::CONSOLES.contains(&name.raw());
        let (config, users) = (config.unwrap_or_default(), users.unwrap_or_default());
        Ok(Self {
            pooler,
            version: Foreign::new(version),
            pools: pools?
                .iter()
                .map(|row| PoolSeen::read(row, pooler))
                .filter(|pool| !its_own(&pool.database))
                .collect(),
            databases: databases?
                .iter()
                .map(|row| DatabaseSeen::read(row, pooler))
                .filter(|database| !its_own(&database.name))
                .collect(),
            users: users.iter().map(UserSeen::read).collect(),
            config: config.iter().map(|row| (text(row, &["key"]), text(row, &["value"]))).collect(),
        })
    }

    /// A number of the configuration.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<i64> {
        self.config.get(name)?.parse().ok()
    }

    /// Whether it keeps prepared statements apart in transaction mode; `None` where its console does not show that.
    #[must_use]
    pub fn keeps_statements_apart(&self) -> Option<bool> {
        (self.pooler == Pooler::PgBouncer).then(|| self.setting("max_prepared_statements").unwrap_or(0) > 0)
    }

    /// The pool of this role in this database.
    #[must_use]
    pub fn pool(&self, user: &Foreign, database: &Foreign) -> Option<&PoolSeen> {
        self.pools.iter().find(|pool| pool.user == *user && pool.database == *database)
    }

    /// The database of this name, as it is set up for this role.
    #[must_use]
    pub fn database(&self, user: &Foreign, name: &Foreign) -> Option<&DatabaseSeen> {
        let mut rows = self.databases.iter().filter(|database| database.name == *name);
        let of_all = || {
            self.databases
                .iter()
                .find(|database| database.name == *name && database.user.is_none())
        };
        rows.find(|database| database.user.as_ref() == Some(user)).or_else(of_all)
    }

    /// Clients of all pools.
    #[must_use]
    pub fn clients(&self) -> i64 {
        self.pools.iter().map(PoolSeen::clients).sum()
    }

    /// The limits that bind the clients of this role in this database, the tightest first.
    #[must_use]
    pub fn client_limits(&self, user: &Foreign, database: &Foreign) -> Vec<ClientLimit> {
        let own = self.pool(user, database).map_or(0, PoolSeen::clients);
        let of_database = || {
            self.pools
                .iter()
                .filter(|pool| pool.database == *database)
                .map(PoolSeen::clients)
                .sum()
        };
        let of_user = || self.pools.iter().filter(|pool| pool.user == *user).map(PoolSeen::clients).sum();
        let row = self.database(user, database);
        let seen_user = self.users.iter().find(|seen| seen.name == *user);
        let all = [
            self.setting("max_client_conn")
                .map(|most| ("max_client_conn", most, self.clients())),
            row.map(|row| match self.pooler {
                Pooler::Odyssey => ("client_max", row.most_clients, own),
                _ => ("max_db_client_connections", row.most_clients, of_database()),
            }),
            seen_user.map(|seen| ("max_user_client_connections", seen.most_clients, of_user())),
        ];
        let limits = all.into_iter().flatten().filter(|(_, most, _)| *most > 0);
        let mut limits: Vec<ClientLimit> = limits
            .map(|(setting, most, clients)| ClientLimit {
                setting,
                most,
                clients: (clients - 1).max(0),
                own: (own - 1).max(0),
            })
            .collect();
        limits.sort_by_key(ClientLimit::room);
        limits
    }

    /// The most server connections that all its pools may open to the server of this database, the reserve included; `None` is no limit.
    #[must_use]
    pub fn most_servers(&self, of: &DatabaseSeen) -> Option<i64> {
        let on_same_server = self.databases.iter().filter(|database| database.server == of.server);
        on_same_server.map(|database| database.most_servers(self.pools_of(database))).sum()
    }

    /// How many pools a database has: one where its row is one role's, else one for each role that has used it and has no row of its own.
    fn pools_of(&self, database: &DatabaseSeen) -> i64 {
        if database.user.is_some() {
            return 1;
        }
        let has_own_row = |user: &Foreign| {
            let is_its = |row: &DatabaseSeen| row.name == database.name && row.user.as_ref() == Some(user);
            self.databases.iter().any(is_its)
        };
        let pools = self
            .pools
            .iter()
            .filter(|pool| pool.database == database.name && !has_own_row(&pool.user));
        i64::try_from(pools.count()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::{ClientLimit, Console};
    use crate::foreign::Foreign;
    use crate::pooler::Pooler;
    use crate::server::session::{NoAnswer, Table};

    /// Rows as psql prints them, the columns' names first.
    fn rows(text: &str) -> Table {
        let mut lines = text.lines().map(|line| line.split('|'));
        let names: Vec<&str> = lines.next().into_iter().flatten().collect();
        let row = |values: std::str::Split<'_, char>| {
            names
                .iter()
                .zip(values)
                .map(|(name, value)| ((*name).to_owned(), value.to_owned()))
                .collect()
        };
        lines.map(row).collect()
    }

    /// A console with these tables; what is empty it does not know.
    fn console(tables: [&str; 5]) -> Result<Console, NoAnswer> {
        Console::read(tables.map(|text| {
            if text.is_empty() {
                Err(NoAnswer::Lost("console command error".to_owned()))
            } else {
                Ok(rows(text))
            }
        }))
    }

    fn names(user: &str) -> (Foreign, Foreign) {
        (Foreign::new(user), Foreign::new("shop"))
    }

    /// What 1.25.2 printed, whose columns 1.18 has not.
    #[test]
    fn pgbouncer_has_limits_for_user_and_database() {
        let console = console([
            "version\nPgBouncer 1.25.2",
             "database|user|cl_active|cl_waiting|cl_active_cancel_req|cl_waiting_cancel_req|sv_active|sv_active_cancel|sv_being_canceled|sv_idle|sv_used|sv_tested|sv_login|maxwait|maxwait_us|pool_mode|load_balance_hosts\n\
                 pgbouncer|pgbouncer|1|0|0|0|0|0|0|0|0|0|0|0|0|statement|\n\
                 shop|app|3|1|0|0|1|0|0|1|0|0|0|2|17|transaction|",

             "name|host|port|database|force_user|pool_size|min_pool_size|reserve_pool_size|server_lifetime|pool_mode|load_balance_hosts|max_connections|current_connections|max_client_connections|current_client_connections|paused|disabled\n\
                 shop|127.0.0.1|42015|shop||3|0|1|3600|||0|1|7|4|0|0",

             "key|value|default|changeable\nmax_client_conn|20|100|yes\nmax_prepared_statements|200|200|yes",
             "name|pool_size|reserve_pool_size|pool_mode|max_user_connections|current_connections|max_user_client_connections|current_client_connections\n\
                 app||||0|2|5|4",

        ])
        .expect("it is there");
        let (user, shop) = names("app");
        assert_eq!(console.keeps_statements_apart(), Some(true));
        let limits = console.client_limits(&user, &shop);
        let of = |setting, most| ClientLimit {
            setting,
            most,
            clients: 3,
            own: 3,
        };
        assert_eq!(
            limits,
            [
                of("max_user_client_connections", 5),
                of("max_db_client_connections", 7),
                of("max_client_conn", 20)
            ]
        );
        let database = console.database(&user, &shop).expect("it is there");
        assert_eq!(console.most_servers(database), Some(4));
        assert_eq!((console.pools[0].servers, console.pools[0].waiting()), (2, 1));
    }

    /// What PgCat 1.3.0 printed.
    #[test]
    fn pgcat_has_a_row_for_each_pool_and_server() {
        let console = console([
            "version\nPgCat 1.3.0",
             "database|user|pool_mode|cl_idle|cl_active|cl_waiting|cl_cancel_req|sv_active|sv_idle|sv_used|sv_tested|sv_login|maxwait|maxwait_us\n\
                 shop|app|transaction|2|1|0|0|0|1|0|0|0|0|0",

             "name|host|port|database|force_user|pool_size|min_pool_size|reserve_pool|pool_mode|max_connections|current_connections|paused|disabled\n\
                 shop_shard_0_primary|127.0.0.1|42015|shop|app|3|0|0|transaction|3|1|0|0\n\
                 shop_shard_0_primary|127.0.0.1|42015|shop|web|4|0|0|transaction|4|1|0|0",

             "key|value|default|changeable\nport|42432|-|no",
             "name|pool_mode\napp|transaction",
        ])
        .expect("it is there");
        let (user, shop) = names("app");
        assert_eq!((console.pooler, console.keeps_statements_apart()), (Pooler::PgCat, None));
        assert_eq!(console.clients(), 3);
        let database = console.database(&user, &shop).expect("it is there");
        assert_eq!((database.pool_size, console.most_servers(database)), (Some(3), Some(7)));
        assert!(console.client_limits(&user, &shop).is_empty());
    }

    /// What Odyssey 1.5.1 printed; it knows no SHOW CONFIG.
    #[test]
    fn odyssey_calls_idle_clients_waiting_and_client_max_connections() {
        let console = console([
            "version\nOdyssey 1.5.1 (git a2d276a0) release, compiled by gcc-12.2.0, 64-bit",
            "database|user|cl_active|cl_waiting|sv_active|sv_idle|sv_used|sv_tested|sv_login|maxwait|maxwait_us|pool_mode\n\
                 shop|app|1|3|1|1|0|0|0|0|0|transaction\nconsole|app|0|1|0|0|0|0|0|0|0|session",
            "name|host|port|database|force_user|pool_size|reserve_pool|pool_mode|max_connections|current_connections|paused|disabled\n\
                 shop|127.0.0.1|42015|shop|app|3|0|transaction|8|4|0|0\nconsole||0|console|default_user|0|0|session|0|1|0|0",
            "",
            "",
        ])
        .expect("it is there");
        let (user, shop) = names("app");
        assert_eq!((console.pooler, console.keeps_statements_apart()), (Pooler::Odyssey, None));
        let pool = console.pool(&user, &shop).expect("it is there");
        assert_eq!((pool.clients(), pool.clients_waiting), (4, None));
        let database = console.database(&user, &shop).expect("it is there");
        assert_eq!(console.most_servers(database), Some(3));
        assert_eq!(
            console.client_limits(&user, &shop),
            [ClientLimit {
                setting: "client_max",
                most: 8,
                clients: 3,
                own: 3
            }]
        );
    }

    #[test]
    fn what_shows_no_pools_is_no_console() {
        assert!(console(["version\nPgBouncer 1.18.0", "", "", "", ""]).is_err());
    }
}
