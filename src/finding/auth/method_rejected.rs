//! `auth/method-rejected`

use crate::finding::{Explanation, Finding, Kind, Severity};
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
    explanation: Explanation {
        meaning: "pg_hba.conf hands the decision to something else (LDAP, PAM, RADIUS, GSSAPI, a client certificate, OAuth), and that said \
            no.",
        tell: "The message names the method. PostgreSQL's own passwords have auth/password-rejected.",
        causes: &[
            "The directory or identity provider rejects the credentials, or cannot be reached.",
            "The client certificate's name is not the role's, and pg_ident.conf has no map for it.",
            "On AWS, PAM stands for IAM: the token has expired after 15 minutes, or the role lacks rds_iam.",
        ],
        fixes: &[
            "Look at the server's log: it has the directory's own error.",
        ],
        mistaken_for: "A wrong PostgreSQL password.",
    },
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
