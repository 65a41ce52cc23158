//! `auth/password-rejected`

use crate::conninfo::slip;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "password-rejected",
    severity: Severity::Fail,
    title: "the server rejects the password",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is("28P01") || error.says(&["password authentication failed", "SASL authentication failed", "SCRAM authentication failed", "md5 authentication failed", "authentication with pgpool failed", "authentication failed against database server", "authentication failed against the database server"])
        // Pgpool-II, of its own copy of the secret or the server's.
        || error.is_of_a_pooler() && (error.details(&["or password does not exist in"]) || error.says(&["or password does not exist in"]))
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let target = scene.target;
    let role = target.user.to_string();
    let source = target.password.as_ref().map(|password| &password.source);
    let here = source.map_or_else(String::new, |source| format!(" (here: {source})"));
    let mut finding = KIND
        .found(format!("the server rejects the password of role \"{role}\""))
        .evidence(error.to_string());
    if let Some(source) = source {
        finding = finding.evidence(format!("the password came from {source}"));
    }
    let password = target.password.as_ref().map_or(&[][..], |password| password.secret.reveal());
    for slip in slip::of(password) {
        finding = finding.candidate(slip.cause(), slip.check());
    }
    if error.is_of_a_pooler() {
        return through_a_pooler(finding, &role);
    }
    let literal = quote::sql_literal(target.user.raw());
    finding
        .detail("From outside, a wrong password, a missing role, an expired or missing password all look the same; the query below tells them apart.")
        .candidate("the password is not the role's", "the query shows a row, a fitting method, and no date in the past")
        .candidate(format!("there is no role \"{role}\""), "the query shows no row")
        .candidate("the role's password has expired", "the query shows a date in the past")
        .candidate("the role has no password, or an md5 one where pg_hba.conf wants SCRAM", "the query shows no method, or md5")
        .remedy(Remedy::new(
            "find out which of the causes it is, then set the password on the side that is wrong",
            [
                Step::sql(
                    "postgres",
                    "tell the causes apart (where no superuser is to be had, as on most hosted databases, pg_roles shows all but the method)",
                    format!(
                        "SELECT rolname, rolcanlogin, rolvaliduntil, CASE WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram-sha-256' \
                         WHEN rolpassword LIKE 'md5%' THEN 'md5' END AS method FROM pg_authid WHERE rolname = {literal};"
                    ),
                )
                .actor("superuser"),
                Step::sql("postgres", "let the password count again, but only if the query shows a date in the past", format!("ALTER ROLE {} VALID UNTIL 'infinity';", quote::sql_ident(target.user.raw())))
                    .actor("superuser"),
                Step::new(Place::AppConfig, format!("if the password is not the role's: correct it where the application reads it{here}, and restart the application")),
                Step::new(
                    Place::Database,
                    format!("or set a new one, in psql, with \\password {}; it asks for the password and keeps it out of the server's log", quote::sql_ident(target.user.raw())),
                )
                .actor("superuser"),
            ],
        ))
}

fn through_a_pooler(finding: Finding, role: &str) -> Finding {
    finding
        .detail("The message has no source routine, so it comes from a pooler in front of PostgreSQL. It says the same for a wrong password, for a user that it does not know, and where its own login to the server fails.")
        .candidate("the password is not the one that the pooler has", format!("compare it with the entry of \"{role}\" in the pooler's auth_file, or with auth_query's result"))
        .candidate(format!("the pooler does not know the user \"{role}\""), "look for the user in auth_file")
        .candidate("the pooler's own login to PostgreSQL is rejected", "look at the pooler's log at this moment")
        .remedy(Remedy::new(
            "find out on which side of the pooler the login fails",
            [
                Step::new(Place::Pooler, "look at the pooler's log for this login").run("journalctl -u pgbouncer --since -5min --no-pager"),
                Step::new(Place::Pooler, "correct the user's entry in auth_file, then reload the pooler"),
            ],
        ))
}
