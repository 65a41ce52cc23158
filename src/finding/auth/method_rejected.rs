//! `auth/method-rejected`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "method-rejected",
    severity: Severity::Fail,
    title: "the server's authentication method turns the role away",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.says(&["IAM user authentication failed", "The IAM authentication failed"]) || error.is("28000") && (error.came_from("auth_failed") || error.says(&["authentication failed for user"]))
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {

    let finding = KIND.found(format!("the server's authentication method turns role \"{}\" away", scene.target.user))
        .detail("The message names the method; why it said no stands in the server's log alone.")
        .evidence(error.to_string())
        ;
    let finding = if matches!(scene.route.address, Address::Unix(_)) && scene.method.is_none() {
        finding.candidate(
            "the method is peer, and the operating system's user is not the role",
            "pg_hba.conf says peer for local connections, and the service runs as another user",
        )
    } else {
        finding
    };
    finding
        .candidate("the directory or identity provider rejects the credentials, or cannot be reached", "the server's log at this moment")
        .candidate("the certificate or principal is that of another role", "the server's log names both")
        .remedy(Remedy::new(
            "see in the server's log why the method said no",
            [Step::new(Place::DatabaseHost, "look at the log at this moment").run("journalctl -u 'postgresql*' --since -5min --no-pager")],
        ))
}
