//! `auth/server-recovering`

use crate::finding::auth::server_starting;
use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "server-recovering",
    severity: Severity::Fail,
    title: "the server is in recovery and lets nobody in",
    explanation: Explanation {
        meaning: "The server reads its write-ahead log, after a crash or as a standby, and is not consistent yet; or it is a standby with \
            hot standby turned off.",
        tell: "A hot standby lets sessions in and refuses to write: privileges/read-only-replica.",
        causes: &[
            "It crashed and recovers.",
            "A standby has not reached consistency yet.",
            "hot_standby is off.",
        ],
        fixes: &[
            "Wait, and look at the server's log for its progress.",
            "Connect to the primary.",
        ],
        mistaken_for: "A wrong password: none was asked for.",
    },
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    // Of the states with this code, only recovery has a DETAIL (PostgreSQL 14 and later).
    error.is("57P03") && (error.detail.is_some() || error.says(&["recovery", "not yet accepting connections", "is not accepting connections"]))
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {

    let off = error.detail.as_ref().is_some_and(|detail| detail.raw().contains("Hot standby mode is disabled"));
    let detail = if off {
        "It is a standby with hot_standby = off, so it never lets clients in: connect to the primary."
    } else if !error.says(&["recovery", "accepting connections"]) {
        "It is in recovery, and its message says in its own language why nobody is let in: consistency is not reached yet, which passes by itself, or \
         hot_standby is off, which does not."
    } else {
        "It recovers. This passes by itself; if it does not, its log says why."
    };
    server_starting::state(&KIND, "is in recovery and lets nobody in", detail, error, scene)
}
