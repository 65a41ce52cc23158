//! `tls/required-by-server`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "required-by-server",
    severity: Severity::Fail,
    title: "the server lets this role in with TLS only",
};

/// A pooler's or provider's own words for it.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is_of_a_pooler()
        && error.says(&[
            "SSL required",
            "SSL is required",
            "SSL connection is required",
            "connection is insecure (try using",
            "requires TLS connections",
            "allowed only with SSL connections",
        ])
}

/// The refusal; the scene tells whether a second connection has confirmed the cause.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let target = scene.target;
    let known = if scene.admitted_with_tls == Some(true) {
        "A second connection, over TLS and without a password, was not turned away: TLS is what is missing. Whether the password is right is not known yet."
    } else {
        "The server says so itself. Whether the password is right is not known yet."
    };
    KIND.found(format!(
        "the server lets role \"{}\" into \"{}\" with TLS only, and the settings say sslmode={}",
        target.user,
        target.database,
        target.tls.mode.name()
    ))
    .detail(known)
    .evidence(error.to_string())
    .remedy(Remedy::new(
        "turn TLS on in the application's settings",
        [Step::new(
            Place::AppConfig,
            "replace the sslmode; verify-full with an sslrootcert also protects against an impostor",
        )
        .run("sslmode=require")],
    ))
}
