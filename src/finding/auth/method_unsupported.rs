//! `auth/method-unsupported`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "method-unsupported",
    severity: Severity::Fail,
    title: "the server asks for a proof that the doctor cannot give",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("authentication method {_} not supported"),
    Text::new("SCRAM authentication requires libpq version 10 or above"),
    Text::new("none of the server's SASL authentication mechanisms are supported"),
    Text::new("server requires OAuth authentication, but oauth_issuer"),
    Text::new("no OAuth flows are available"),
    Text::new("could not initiate GSSAPI security context"),
    Text::new("GSSAPI encryption required but"),
];

/// The scene in which it was asked for.
#[must_use]
pub fn finding(scene: &Scene<'_>) -> Finding {
    let method = scene.method.map_or_else(|| "an unknown method".to_owned(), crate::server::watch::Method::name);
    let target = scene.target;
    KIND.found(format!("the server asks role \"{}\" for {method}", target.user))
        .detail("The login stopped there. Older drivers stop at SCRAM in the same way; whether the application's own driver can go on is not known.")
        .evidence(format!("authentication request: {method}"))
        .remedy(Remedy::new(
            "try with psql, or let the server ask for scram-sha-256",
            [Step::new(Place::AppHost, "try with libpq").run(format!(
                "psql -h {} -p {} -U {} -d {} -c 'select 1'",
                quote::shell(&scene.route.host.name()),
                scene.route.host.port,
                quote::shell(target.user.raw()),
                quote::shell(target.database.raw())
            ))],
        ))
}
