use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pooler::{DatabaseSeen, PoolSeen};
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "pooler-waiting",
    severity: Severity::Fail,
    title: "the pooler got no server connection in time",
};

/// Whether a refusal at login is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is_of_a_pooler() && error.says(&[
            "query_wait_timeout",
            "(ECHECKOUTTIMEOUT)",
            "Timed-out waiting to acquire database connection",
            "could not get connection from the pool",
            "could not get connection from pool",
            "checkout failure limit reached",
        ])
}

/// The pooler gave up.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, refusal: &ServerError) -> Finding {
    KIND.found(format!("the pooler got no server connection for role \"{role}\" and database \"{database}\" in time"))
        .detail(
            "A pooler answered, took the client in, and then found no connection to the server for it within its query_wait_timeout. Three causes look the same \
             from here; the pooler's side tells them apart.",
        )
        .evidence(refusal.to_string())
        .candidate(
            "every connection of the pool is in use",
            "SHOW POOLS on the pooler's console: cl_waiting is above 0 and sv_active equals the pool's size",
        )
        .candidate(
            "the server behind the pooler is down, or refuses the pooler",
            "SHOW POOLS: sv_active and sv_idle are 0; the pooler's log names the server's answer",
        )
        .candidate(
            "the server's name does not resolve on the pooler's host",
            "the pooler's log says so; SHOW DATABASES names the host, getent hosts resolves it there",
        )
        .remedy(Remedy::new(
            "tell the three causes apart on the pooler, then act on that one",
            [
                Step::new(Place::Pooler, "on the console (database pgbouncer, a user of stats_users or admin_users), look at SHOW POOLS and SHOW DATABASES, and at the pooler's log"),
                Step::new(Place::Pooler, "run this check on the pooler's host against the server that SHOW DATABASES names"),
            ],
        ))
}

/// The console shows a queue.
#[must_use]
pub fn live(pool: &PoolSeen, database: &DatabaseSeen) -> Finding {
    let waiting = if pool.clients_waiting == 1 { "1 client waits".to_owned() } else { format!("{} clients wait", pool.clients_waiting) };
    let busy = pool.servers_active >= database.pool_size;
    let finding = KIND
        .found(format!("{waiting} at the pooler for a server connection, the first for {} s", pool.longest_wait))
        .severity(if pool.servers == 0 { Severity::Fail } else { Severity::Warn })
        .evidence(format!(
            "role \"{}\", database \"{}\": {} clients served, {} waiting; {} of {} server connections in use",
            pool.user, pool.database, pool.clients_active, pool.clients_waiting, pool.servers_active, database.pool_size
        ));
    if busy {
        return finding
            .detail("Every connection of the pool is in use, so that whoever comes next waits until a transaction ends. The server may have slots left.")
            .remedy(Remedy::new(
                "shorten the transactions, or make the pool larger within the server's slots",
                [
                    Step::sql(
                        "postgres",
                        "shows what the pool's connections do; those that are idle in transaction are held by the application for nothing",
                        "SELECT pid, usename, datname, client_addr, state, now() - xact_start AS open_for, left(query, 60) AS query FROM pg_stat_activity WHERE backend_type = \
                         'client backend' ORDER BY xact_start NULLS LAST;",
                    )
                    .actor("superuser"),
                    Step::new(
                        Place::Pooler,
                        format!("raise default_pool_size, or the pool_size of database \"{}\", above {}, within the server's slots; then RELOAD on the console", pool.database, database.pool_size),
                    ),
                ],
            ));
    }
    let paused = if database.paused { " The database is paused on the pooler: RESUME on its console lets clients through." } else { "" };
    finding
        .detail(format!("The pool is not full, and still the pooler has no connection for its clients.{paused}"))
        .candidate("the server refuses the pooler, or cannot be reached from it", "the pooler's log names the server's answer")
        .candidate("the server has no slots left for the pooler", "the log says so with 53300")
        .remedy(Remedy::new(
            "read in the pooler's log what keeps it from the server",
            [Step::new(Place::Pooler, format!("look at the log for {}, then run this check there against that server", database.server))],
        ))
}
