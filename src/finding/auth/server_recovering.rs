//! `auth/server-recovering`

use crate::finding::auth::server_starting;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "server-recovering",
    severity: Severity::Fail,
    title: "the server is in recovery and lets nobody in",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    // Of the states with this code, only recovery has a DETAIL (PostgreSQL 14 and later).
    error.is("57P03")
        && (error.detail.is_some() || error.says(&["recovery", "not yet accepting connections", "is not accepting connections"]))
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let off = error
        .detail
        .as_ref()
        .is_some_and(|detail| detail.raw().contains("Hot standby mode is disabled"));
    if off {
        return KIND
            .found(format!("the server at {} is a standby that lets nobody in", scene.route.address))
            .detail("It is a standby with hot_standby = off, so it does not let clients in until it becomes the primary. No password was asked for: whether it is right is not known.")
            .evidence(error.to_string())
            .remedy(Remedy::new(
                "connect to the primary, or let the standby answer queries",
                [
                    Step::new(Place::AppConfig, "name the primary's host: a standby takes no writes anyhow"),
                    Step::new(Place::DatabaseHost, "or set hot_standby = on in the standby's postgresql.conf, and restart it; it then answers read-only queries"),
                ],
            ));
    }
    let detail = if error.says(&["recovery", "accepting connections"]) {
        "It recovers. This passes by itself; if it does not, its log says why."
    } else {
        "It is in recovery, and its message says in its own language why nobody is let in: consistency is not reached yet, which passes by itself, or \
         hot_standby is off, which does not."
    };
    server_starting::state(&KIND, "is in recovery and lets nobody in", detail, error, scene)
}
