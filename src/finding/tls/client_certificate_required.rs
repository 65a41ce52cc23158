//! `tls/client-certificate-required`

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
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
    let target = scene.target;
    let (seen, means) = match &target.tls.client_cert {
        None => ("the settings have none".to_owned(), ""),
        Some(path) if !path.exists() => {
            let path = Foreign::new(path.to_string_lossy());
            (
                format!("there is no file \"{path}\""),
                " libpq passes over an sslcert that does not exist, and sends none.",
            )
        }
        Some(_) if !scene.encrypted => ("the connection has no TLS to send it by".to_owned(), ""),
        Some(_) => ("it did not take the one that was sent".to_owned(), " The server's log says why."),
    };
    KIND.found(format!(
        "the server wants a client certificate for role \"{}\", and {seen}",
        target.user
    ))
    .detail(format!(
        "pg_hba.conf demands a certificate before anything else; whether a password is right is not known.{means}"
    ))
    .evidence(error.to_string())
    .remedy(Remedy::new(
        "name the role's certificate and key in the settings",
        [Step::new(
            Place::AppConfig,
            "set sslcert=/path/to/client.crt and sslkey=/path/to/client.key, the key readable by the service's user alone",
        )],
    ))
}
