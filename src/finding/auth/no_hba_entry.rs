//! `auth/no-hba-entry`

use crate::finding::hba;
use crate::finding::{Explanation, Finding, Kind, Severity};
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
    explanation: Explanation {
        meaning: "The server looked through pg_hba.conf and found no line that matches where the connection comes from, the role, the \
            database and whether it is encrypted. No password was asked for.",
        tell: "If a line matches and says reject, it is auth/hba-rejected. If the message ends in \"no encryption\" and TLS would be \
            admitted, it is tls/required-by-server.",
        causes: &[
            "The client's address is not covered: a new host, a container network, IPv6 instead of IPv4.",
            "The database or role is not covered.",
            "The line is there, but the file was not reloaded.",
            "Hosted databases say the same when their firewall does not know the client.",
        ],
        fixes: &[
            "Add a line for this client, and reload.",
            "On a hosted database, allow the client's address in its console.",
        ],
        mistaken_for: "A wrong password: none was asked for.",
    },
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
        .found(format!("the server has no pg_hba.conf entry for {from}role \"{}\", database \"{}\", {tls}", target.user, target.database))
        .evidence(error.to_string());
    finding = match scene.admitted_with_tls {
        Some(false) => finding.detail("A second connection, over TLS, was turned away too. No password was asked for: whether it is right is not known."),
        Some(true) | None => finding.detail("No password was asked for: whether it is right is not known."),
    };
    if !error.says(&["no pg_hba.conf entry"]) {
        // Which of the two it is, only the translated words tell.
        finding.title = format!("pg_hba.conf does not let {from}role \"{}\" into database \"{}\", {tls}", target.user, target.database);
        finding = finding
            .candidate("no line matches", "in the server's pg_hba.conf, no line covers this client, role, database and encryption")
            .candidate("a line matches and says reject", "the first line that matches ends in reject");
    }
    if scene.admitted_with_tls.is_none() && !scene.encrypted && error.says(&["no encryption", "SSL off"]) {
        finding = finding
            .candidate("the server lets this client in with TLS only", "connect with sslmode=require; dbdoctor check does so by itself, without a password")
            .candidate("no line covers this client, role and database, with TLS or without", "the same connection is turned away with sslmode=require too");
    }
    if error.is_of_a_pooler() {
        finding = finding.candidate("a pooler passes the message on, and the address is the pooler's", "look at the host that pg_hba.conf would have to let in");
    }
    finding.remedy(Remedy::new("let this client in, in pg_hba.conf; on a hosted database, in its firewall or allow list", hba::steps(error, scene)))
}
