//! `auth/server-unproven`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "server-unproven",
    severity: Severity::Fail,
    title: "the server did not prove that it knows the role's password",
};

/// The scene, with what was wrong.
#[must_use]
pub fn finding(scene: &Scene<'_>, text: &str) -> Finding {
    let address = &scene.route.address;
    KIND.found(format!(
        "{address} did not prove that it knows the password of role \"{}\"",
        scene.target.user
    ))
    .detail("The exchange broke on the server's side of the proof. The password itself was not sent.")
    .evidence(format!("SASL: {text}"))
    .remedy(Remedy::new(
        "find out what answers at that address",
        [Step::new(Place::AppHost, "show its certificate").run(format!(
            "openssl s_client -starttls postgres -connect {address} -showcerts </dev/null"
        ))],
    ))
}
