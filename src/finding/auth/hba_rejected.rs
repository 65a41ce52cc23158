//! `auth/hba-rejected`

use crate::finding::hba;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "hba-rejected",
    severity: Severity::Fail,
    title: "an access rule of the server, or of a pooler, rejects this client",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.says(&["pg_hba.conf rejects", "login rejected", "host based authentication rejected"])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let target = scene.target;
    if !error.says(&["pg_hba.conf"]) && error.is_of_a_pooler() {
        return by_a_pooler(error, scene);
    }
    let from = hba::client_address(error).map_or_else(String::new, |address| format!("{address}, "));
    let tls = if scene.encrypted { "with TLS" } else { "without TLS" };
    KIND.found(format!("pg_hba.conf rejects {from}role \"{}\", database \"{}\", {tls}", target.user, target.database))
        .detail("The first line that matches says reject. It may be meant: find out why it is there. No password was asked for, so whether it is right is not known.")
        .evidence(error.to_string())
        .remedy(Remedy::new("if this client is to be let in, put a line for it above the one that rejects it", hba::steps(error, scene)))
}

/// PgBouncer has a file of its own in the form of `pg_hba.conf`.
fn by_a_pooler(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let target = scene.target;
    KIND.found(format!("the pooler at {} rejects role \"{}\", database \"{}\"", scene.route.address, target.user, target.database))
        .detail("A pooler answered, not PostgreSQL: its own access file has no line that lets this client in, or a line above it says reject. It may be meant: find out before you change it. Whether the password is right is not known.")
        .evidence(error.to_string())
        .remedy(Remedy::new(
            "if this client is to be let in, add a line for it to the pooler's access file",
            [
                Step::new(Place::Pooler, "in the file that auth_hba_file names in pgbouncer.ini, put a line for this client, role and database above the first that matches it"),
                Step::new(Place::Pooler, "in the pooler's console, as an admin user").run("RELOAD;"),
            ],
        ))
}
