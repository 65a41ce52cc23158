//! `auth/unrecognized-refusal`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "unrecognized-refusal",
    severity: Severity::Fail,
    title: "the server refuses the login for a reason that is not in the catalogue",
};

/// The refusal, word for word.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let who = if error.is_of_a_pooler() {
        "a pooler or another make of server"
    } else {
        "PostgreSQL"
    };
    KIND.found(format!(
        "the server at {} refuses the login: {}",
        scene.route.address, error.message
    ))
    .detail(format!("The refusal comes from {who}; the catalogue has no finding for it."))
    .evidence(error.to_string())
    .remedy(Remedy::new(
        "see what the server's log has beside this message",
        [Step::new(Place::DatabaseHost, "look at the log at this moment")
            .run("journalctl -u 'postgresql*' -u pgbouncer --since -5min --no-pager")],
    ))
}
