//! `auth/address-not-allowed`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "address-not-allowed",
    severity: Severity::Fail,
    title: "a proxy does not let this client in",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    let of_neon = error.says(&["This IP address"]) && error.says(&["is not allowed to connect"]);
    of_neon
        || error.says(&[
            "(EADDRNOTALLOWED)",
            "not in tenant allow_list",
            "(EBANNED)",
            "(ECIRCUITBREAKER)",
            "user blocked:",
        ])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let address = &scene.route.address;
    let (title, summary, place, text) = if error.says(&["user blocked:"]) {
        (
            format!("the pooler at {address} has a rule that blocks role \"{}\"", scene.target.user),
            "if this user is to be let in, change the rule of the pooler",
            Place::Pooler,
            "in odyssey.conf, the rule for this database and user says authentication \"block\": give it another method, and reload",
        )
    } else if error.says(&["(EBANNED)", "(ECIRCUITBREAKER)"]) {
        (
            format!("the proxy at {address} keeps this client out for now"),
            "let the client's address in, at the provider",
            Place::Provider,
            "find the cause of the failed logins, then lift the ban in the provider's console, or wait until it ends",
        )
    } else {
        (
            format!("the proxy at {address} does not let this client's address in"),
            "let the client's address in, at the provider",
            Place::Provider,
            "add the client's public address, which the message names, to the allow list in the provider's console",
        )
    };
    KIND.found(title)
        .detail("A proxy answered, and not PostgreSQL. No password was looked at: whether it is right is not known.")
        .evidence(error.to_string())
        .remedy(Remedy::new(summary, [Step::new(place, text)]))
}
