use std::time::Duration;

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pooler::{DatabaseSeen, PoolSeen, Pooler};
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::target::Target;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "pooler-waiting",
    severity: Severity::Fail,
    title: "the pooler got no server connection in time",
};

/// Whether a refusal at login is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is_of_a_pooler()
        && error.says(&[
            "query_wait_timeout",
            "(ECHECKOUTTIMEOUT)",
            "Timed-out waiting to acquire database connection",
            "could not get connection from the pool",
            "could not get connection from pool",
            "checkout failure limit reached",
            "too many active clients for user",
        ])
}

/// The pooler gave up.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, refusal: &ServerError) -> Finding {
    let finding = KIND
        .found(format!(
            "the pooler got no server connection for role \"{role}\" and database \"{database}\" in time"
        ))
        .evidence(refusal.to_string());
    if refusal.says(&["too many active clients for user"]) {
        return finding
            .detail(
                "Odyssey took the client in and found every connection of its pool in use until pool_timeout was over. The server itself may have slots left.",
            )
            .remedy(Remedy::new(
                "shorten the transactions, or make the pool larger within the server's slots",
                [
                    held_by_transactions(),
                    Step::new(Place::Pooler, "raise pool_size of the route in odyssey.conf, within the server's slots, then RELOAD on its console"),
                ],
            ));
    }
    undecided(finding.detail(
        "A pooler answered, took the client in, and then found no connection to the server for it within its own time limit. Three causes look the same from here; the \
         pooler's side tells them apart.",
    ))
}

/// The pooler let the check in, and answered nothing.
#[must_use]
pub fn silent(pooler: Pooler, target: &Target, limit: Duration) -> Finding {
    let waited = format!("{} s", limit.as_secs_f32());
    let finding = KIND
        .found(format!(
            "{pooler} let role \"{}\" into database \"{}\", and no statement was answered within {waited}",
            target.user, target.database
        ))
        .evidence(format!("{pooler} answers at login; 0 statements answered within {waited}"));
    undecided(finding.detail(
        "A pooler takes a client in before it has a connection to the server for it. Three causes look the same from here; the pooler's side tells them apart.",
    ))
}

fn undecided(finding: Finding) -> Finding {
    finding
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
                Step::new(
                    Place::Pooler,
                    "on its console, as a user who may see it, look at SHOW POOLS and SHOW DATABASES, and at the pooler's log",
                ),
                Step::new(
                    Place::Pooler,
                    "run this check on the pooler's host against the server that SHOW DATABASES names",
                ),
            ],
        ))
}

/// What holds the pool's connections.
fn held_by_transactions() -> Step {
    Step::sql(
        "postgres",
        "shows what the pool's connections do; those that are idle in transaction are held by the application for nothing",
        "SELECT pid, usename, datname, client_addr, state, now() - xact_start AS open_for, left(query, 60) AS query FROM pg_stat_activity WHERE backend_type = \
         'client backend' ORDER BY xact_start NULLS LAST;",
    )
    .actor("superuser")
}

/// The console shows a queue.
#[must_use]
pub fn live(pool: &PoolSeen, database: &DatabaseSeen) -> Finding {
    let waiting = if pool.waiting() == 1 {
        "1 client waits".to_owned()
    } else {
        format!("{} clients wait", pool.waiting())
    };
    let size = database
        .pool_size
        .map_or_else(|| "any number of".to_owned(), |size| size.to_string());
    let busy = database.pool_size.is_some_and(|size| pool.servers_active >= size);
    let finding = KIND
        .found(format!(
            "{waiting} at the pooler for a server connection, the first for {} s",
            pool.longest_wait
        ))
        .severity(if pool.servers == 0 { Severity::Fail } else { Severity::Warn })
        .evidence(format!(
            "role \"{}\", database \"{}\": {} clients served, {} waiting; {} of {} server connections in use",
            pool.user,
            pool.database,
            pool.clients_active,
            pool.waiting(),
            pool.servers_active,
            size
        ));
    if busy {
        return finding
            .detail("Every connection of the pool is in use, so that whoever comes next waits until a transaction ends. The server may have slots left.")
            .remedy(Remedy::new(
                "shorten the transactions, or make the pool larger within the server's slots",
                [
                    held_by_transactions(),
                    Step::new(
                        Place::Pooler,
                        format!("raise default_pool_size, or the pool_size of database \"{}\", above {size}, within the server's slots; then RELOAD on the console", pool.database),
                    ),
                ],
            ));
    }
    let paused = if database.paused {
        " The database is paused on the pooler: RESUME on its console lets clients through."
    } else {
        ""
    };
    finding
        .detail(format!(
            "The pool is not full, and still the pooler has no connection for its clients.{paused}"
        ))
        .candidate(
            "the server refuses the pooler, or cannot be reached from it",
            "the pooler's log names the server's answer",
        )
        .candidate("the server has no slots left for the pooler", "the log says so with 53300")
        .remedy(Remedy::new(
            "read in the pooler's log what keeps it from the server",
            [Step::new(
                Place::Pooler,
                format!(
                    "look at the log for {}, then run this check there against that server",
                    database.server
                ),
            )],
        ))
}
