//! `auth/pooler-backend-down`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "pooler-backend-down",
    severity: Severity::Fail,
    title: "the pooler cannot connect or log in to its server",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is_of_a_pooler()
        && error.says(&[
            "server login has been failing",
            "cannot connect to server",
            "(server down)",
            "server conn crashed",
            "closing because: connect failed",
            "closing because: connect timeout",
            "all backend nodes are down",
            "failed to get remote server connection",
            "failed to connect to remote server",
            "Pool down for database",
            "failed to authenticate with backend",
            "Couldn't connect to compute node",
            "Control plane request failed",
            "failed to create a backend",
            "failed to connect to PostgreSQL server on",
            "backend response with kind 'E' when expecting 'R'",
        ])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    KIND.found(format!(
        "the pooler at {} cannot connect or log in to its PostgreSQL server",
        scene.route.address
    ))
    .detail("The trouble lies between the pooler and PostgreSQL. The application's own password is not known to be wrong.")
    .evidence(error.to_string())
    .candidate(
        "PostgreSQL is down, or the pooler has a wrong address for it",
        "SHOW DATABASES; in the pooler's console, then try that address",
    )
    .candidate("PostgreSQL refuses the pooler's login", "the pooler's log has the refusal")
    .remedy(Remedy::new(
        "repair the way from the pooler to PostgreSQL",
        [
            Step::new(Place::Pooler, "see what the server told the pooler").run("journalctl -u pgbouncer --since -5min --no-pager"),
            Step::new(Place::Pooler, "see which address it uses, in its console").run("SHOW DATABASES;"),
        ],
    ))
}
