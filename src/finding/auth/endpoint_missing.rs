//! `auth/endpoint-missing`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "endpoint-missing",
    severity: Severity::Fail,
    title: "the provider's proxy is not told which endpoint is meant",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.says(&[
        "Endpoint ID is not specified",
        "Inconsistent project name inferred from SNI",
        "missing cluster identifier",
        "codeParamsRoutingFailed",
    ])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let target = scene.target;
    let mut finding = KIND
        .found(format!(
            "the proxy at {} does not know which endpoint is meant",
            scene.route.address
        ))
        .detail("A provider's proxy answered, and not PostgreSQL. No password was looked at: whether it is right is not known.")
        .evidence(error.to_string());
    if !scene.encrypted {
        finding = finding.candidate(
            "the host name is sent in the TLS handshake, and there was none",
            "the row tls of this report",
        );
    } else if !target.tls.sni {
        finding = finding.candidate("sslsni=0 keeps the host name back", "the settings");
    }
    finding
        .candidate(
            "the settings have an address or an alias instead of the provider's host name",
            format!("compare \"{}\" with the console's host", scene.route.host.name()),
        )
        .candidate(
            "the application's driver is too old to send it",
            "libpq sends it from version 14 on; psycopg2.__libpq_version__ and psycopg.pq.version() tell which it is",
        )
        .remedy(Remedy::new(
            "connect to the provider's own host name over TLS, or name the endpoint in options",
            [Step::new(
                Place::AppConfig,
                format!(
                    "use the provider's host name with sslmode=require or stronger where the application reads them (here: {}); with an old driver, add the \
                     endpoint to options as the message says",
                    target.source
                ),
            )],
        ))
}
