//! `tls/client-certificate-required`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "client-certificate-required",
    severity: Severity::Fail,
    title: "the server wants a client certificate",
};

/// The server's words for it.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    // The routine's other refusals name pg_hba.conf, in every language.
    let by_routine = error.came_from("ClientAuthentication") && !error.says(&["pg_hba.conf"]);
    error.is("28000") && (by_routine || error.says(&["requires a valid client certificate"]))
}

/// The refusal.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    KIND.found(format!("the server wants a client certificate for role \"{}\", and the settings have none", scene.target.user))
        .detail("pg_hba.conf demands a certificate before anything else; whether a password is right is not known.")
        .evidence(error.to_string())
        .remedy(Remedy::new(
            "name the role's certificate and key in the settings",
            [Step::new(Place::AppConfig, "set sslcert=/path/to/client.crt and sslkey=/path/to/client.key, the key readable by the service's user alone")],
        ))
}
