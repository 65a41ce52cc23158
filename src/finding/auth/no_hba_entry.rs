//! `auth/no-hba-entry`

use crate::finding::hba;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::Remedy;
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "no-hba-entry",
    severity: Severity::Fail,
    title: "pg_hba.conf has no entry for this client, role and database",
};

/// Whether `pg_hba.conf` turned the client away, with or without an entry; no password was asked for.
#[must_use]
pub fn is_verdict_of_hba(error: &ServerError) -> bool {
    let by_text = error.says(&["no pg_hba.conf entry", "pg_hba.conf rejects"]);
    // Every translation leaves the file's name alone; the same routine also wants client certificates.
    let by_routine = error.is("28000") && error.came_from("ClientAuthentication") && error.says(&["pg_hba.conf"]);
    by_text || by_routine
}

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    is_verdict_of_hba(error) && !error.says(&["rejects"])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let target = scene.target;
    let from = hba::client_address(error).map_or_else(String::new, |address| format!("{address}, "));
    let tls = if scene.encrypted { "with TLS" } else { "without TLS" };
    let mut finding = KIND
        .found(format!(
            "the server has no pg_hba.conf entry for {from}role \"{}\", database \"{}\", {tls}",
            target.user, target.database
        ))
        .evidence(error.to_string());
    finding = match scene.admitted_with_tls {
        Some(false) => finding
            .detail("A second connection, over TLS, was turned away too. No password was asked for: whether it is right is not known."),
        Some(true) | None => finding.detail("No password was asked for: whether it is right is not known."),
    };
    if !error.says(&["no pg_hba.conf entry"]) {
        // Which of the two it is, only the translated words tell.
        finding.title = format!(
            "pg_hba.conf does not let {from}role \"{}\" into database \"{}\", {tls}",
            target.user, target.database
        );
        finding = finding
            .candidate(
                "no line matches",
                "in the server's pg_hba.conf, no line covers this client, role, database and encryption",
            )
            .candidate("a line matches and says reject", "the first line that matches ends in reject");
    }
    if scene.admitted_with_tls.is_none() && !scene.encrypted && error.says(&["no encryption", "SSL off"]) {
        finding = finding
            .candidate(
                "the server lets this client in with TLS only",
                "connect with sslmode=require; dbdoctor check does so by itself, without a password",
            )
            .candidate(
                "no line covers this client, role and database, with TLS or without",
                "the same connection is turned away with sslmode=require too",
            );
    }
    if error.is_of_a_pooler() {
        finding = finding.candidate(
            "a pooler passes the message on, and the address is the pooler's",
            "look at the host that pg_hba.conf would have to let in",
        );
    }
    finding.remedy(Remedy::new(
        "let this client in, in pg_hba.conf; on a hosted database, in its firewall or allow list",
        hba::steps(error, scene),
    ))
}
