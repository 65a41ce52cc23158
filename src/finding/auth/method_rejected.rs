//! `auth/method-rejected`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;
use crate::tls::identity;

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
    error.says(&["IAM user authentication failed", "The IAM authentication failed"])
        || error.is("28000") && (error.came_from("auth_failed") || error.says(&["authentication failed for user"]))
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let role = &scene.target.user;
    let finding = KIND
        .found(format!("the server's authentication method turns role \"{role}\" away"))
        .evidence(error.to_string());
    if error.says(&["certificate authentication failed"]) && !error.is_of_a_pooler() {
        let finding = finding
            .detail(
                "The certificate itself was good: its authority is one that the server trusts. The name in it is not this role, and no line of \
                 pg_ident.conf maps it to the role.",
            )
            .remedy(Remedy::new("use the role's own certificate, or map this one's name to the role", name_steps()));
        return with_subject(finding, scene);
    }
    let finding = finding.detail("The message names the method; why it said no stands in the server's log alone.");
    let finding = if matches!(scene.route.address, Address::Unix(_)) && scene.method.is_none() {
        finding.candidate(
            "the method is peer, and the operating system's user is not the role",
            "pg_hba.conf says peer for local connections, and the service runs as another user",
        )
    } else {
        finding
    };
    with_subject(finding, scene)
        .candidate(
            "the directory or identity provider rejects the credentials, or cannot be reached",
            "the server's log at this moment",
        )
        .candidate(
            "the certificate or principal is that of another role",
            "the server's log names both",
        )
        .remedy(Remedy::new("see in the server's log why the method said no", [log()]))
}

/// The server took the password, and turned the role away all the same.
#[must_use]
pub fn after_the_password(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let role = &scene.target.user;
    let finding = KIND
        .found(format!("the server takes the password of role \"{role}\", and turns it away all the same"))
        .detail(
            "The password is right: the server proved at the end of the SCRAM exchange that it matched. What came after it said no, and the message \
             names the password nevertheless.",
        )
        .evidence(error.to_string());
    let mut steps = vec![log()];
    if scene.encrypted && scene.target.tls.client_cert.is_some() {
        steps.extend(name_steps());
    }
    with_subject(finding, scene)
        .candidate(
            "pg_hba.conf says clientcert=verify-full, and the name in the client certificate is not the role",
            "the server's log has \"certificate validation (clientcert=verify-full) failed\"",
        )
        .candidate(
            "an extension that watches over logins said no",
            "shared_preload_libraries names one; the server's log has its words",
        )
        .remedy(Remedy::new("see in the server's log what said no", steps))
}

/// Whom the certificate that was sent is made out to.
fn with_subject(finding: Finding, scene: &Scene<'_>) -> Finding {
    let subject = scene.encrypted.then(|| identity::subject(&scene.target.tls)).flatten();
    match subject {
        Some(subject) => finding.evidence(format!("the client certificate is made out to: {subject}")),
        None => finding,
    }
}

fn name_steps() -> Vec<Step> {
    vec![
        Step::new(
            Place::AppConfig,
            "set sslcert and sslkey to a certificate whose CN is the role (with clientname=DN in pg_hba.conf: whose whole subject is what the map has)",
        ),
        Step::new(
            Place::DatabaseHost,
            "or add a line \"MAP  NAME-IN-THE-CERTIFICATE  ROLE\" to pg_ident.conf, put map=MAP at the end of the line in pg_hba.conf, and reload",
        ),
    ]
}

fn log() -> Step {
    Step::new(Place::DatabaseHost, "look at the log at this moment").run("journalctl -u 'postgresql*' --since -5min --no-pager")
}
