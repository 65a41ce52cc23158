//! `auth/pooler-user-unknown`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "pooler-user-unknown",
    severity: Severity::Fail,
    title: "the pooler does not know the user",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is_of_a_pooler()
        && error.says(&[
            "no such user",
            "incorrect user",
            "has no credentials for the role",
            "does not exist in pool_passwd",
        ])
        || error.is_of_a_pooler() && error.details(&["pool_passwd file does not contain an entry"])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let user = &scene.target.user;
    KIND.found(format!("the pooler at {} does not know the user \"{user}\"", scene.route.address))
        .detail("A pooler answered, not PostgreSQL. Whether PostgreSQL has the role is not known.")
        .evidence(error.to_string())
        .candidate("the user is not in the pooler's auth_file", "look for the user there")
        .candidate(
            "auth_query runs in a database that does not exist",
            "SHOW CONFIG; in the pooler's console, then connect to that database",
        )
        .remedy(Remedy::new(
            "let the pooler know the user",
            [
                Step::new(
                    Place::Pooler,
                    "add the user to auth_file, with the secret that PostgreSQL has for it in pg_authid",
                ),
                Step::new(Place::Pooler, "in the pooler's console, as an admin user").run("RELOAD;"),
            ],
        ))
}
