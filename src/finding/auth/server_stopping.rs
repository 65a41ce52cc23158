//! `auth/server-stopping`

use crate::finding::auth::server_starting;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "server-stopping",
    severity: Severity::Fail,
    title: "the server is shutting down",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.says(&["shutting down"]) && (error.is("57P03") || error.is("57P01") || error.is_of_a_pooler())
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    server_starting::state(
        &KIND,
        "is shutting down",
        "It is on its way down; in smart mode it waits for the sessions that it still has.",
        error,
        scene,
    )
}
