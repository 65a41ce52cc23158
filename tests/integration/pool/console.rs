//! What `PgBouncer`'s console shows to psql.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::lab::pgbouncer::PgBouncer;

/// The numbers of the role's pool by their columns; empty where there is no such pool.
pub fn pool(pooler: &PgBouncer, role: &str) -> BTreeMap<String, i64> {
    let shown = pooler.console("SHOW POOLS;");
    let mut lines = shown.lines().map(|line| line.split('|').collect::<Vec<_>>());
    let names = lines.next().expect("a head");
    let row = lines.find(|row| row.get(1) == Some(&role)).unwrap_or_default();
    let numbers = names
        .iter()
        .zip(row)
        .filter_map(|(name, value)| Some(((*name).to_owned(), value.parse().ok()?)));
    numbers.collect()
}

/// The role's pool, once it is as wanted.
pub fn wait_for(pooler: &PgBouncer, role: &str, wanted: impl Fn(&BTreeMap<String, i64>) -> bool) -> BTreeMap<String, i64> {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let pool = pool(pooler, role);
        if !pool.is_empty() && wanted(&pool) {
            return pool;
        }
        assert!(Instant::now() < deadline, "{pool:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Its clients, served and waiting.
pub fn clients(pool: &BTreeMap<String, i64>) -> i64 {
    pool["cl_active"] + pool["cl_waiting"]
}

/// Its connections to the server.
pub fn servers(pool: &BTreeMap<String, i64>) -> i64 {
    ["sv_active", "sv_idle", "sv_used", "sv_tested", "sv_login"]
        .iter()
        .map(|column| pool[*column])
        .sum()
}
