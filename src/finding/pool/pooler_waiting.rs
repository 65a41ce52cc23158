use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
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
