//! `auth/tenant-unknown`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "tenant-unknown",
    severity: Severity::Fail,
    title: "the pooler does not know whose database is meant",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.says(&[
        "Tenant or user not found",
        "Tenant not found",
        "(ENOTFOUND) tenant/user",
        "(ENOIDENTIFIER)",
        "no tenant identifier provided",
        "Invalid Username specified",
    ])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let (user, address) = (&scene.target.user, &scene.route.address);
    KIND.found(format!("the pooler at {address} knows no database of the user \"{user}\""))
        .detail("A pooler for many customers answered, and not PostgreSQL. No password was looked at: whether it is right is not known.")
        .evidence(error.to_string())
        .candidate(
            "the user name lacks the part that names the project or server",
            "compare it with the connection string in the provider's console, letter by letter",
        )
        .candidate(
            "the host belongs to another region or cluster of poolers than the project",
            format!("compare \"{}\" with the console's host", scene.route.host.name()),
        )
        .candidate("the project is paused or gone", "the console shows its state")
        .remedy(Remedy::new(
            "take user and host together from the provider's console",
            [Step::new(
                Place::AppConfig,
                format!(
                    "correct user and host where the application reads them (here: {}), percent-encoded in a URL",
                    scene.target.source
                ),
            )],
        ))
}
