//! `auth/server-starting`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "server-starting",
    severity: Severity::Fail,
    title: "the server is starting",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is("57P03")
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    if error.says(&["starting up"]) {
        return state(
            &KIND,
            "does not accept connections yet",
            "It is starting. This passes by itself; if it does not, its log says why.",
            error,
            scene,
        );
    }
    // The code stands for several states, and the words are translated.
    state(
        &KIND,
        "accepts no connections for now",
        "It is starting, shutting down or recovering: its message says which, in its own language.",
        error,
        scene,
    )
    .candidate(
        "it is starting or recovering",
        "the next attempt, or the server's log, shows that it is ready",
    )
    .candidate("it is shutting down", "the server's log says who asked for it")
}

/// A server that lets nobody in for now.
pub(super) fn state(kind: &'static Kind, title: &str, detail: &str, error: &ServerError, scene: &Scene<'_>) -> Finding {
    kind.found(format!("the server at {} {title}", scene.route.address))
        .detail(format!("{detail} No password was asked for: whether it is right is not known."))
        .evidence(error.to_string())
        .remedy(Remedy::new(
            "follow the server's log until it accepts connections",
            [Step::new(Place::DatabaseHost, "see what the server is doing").run("journalctl -u 'postgresql*' --since -10min --no-pager")],
        ))
}
