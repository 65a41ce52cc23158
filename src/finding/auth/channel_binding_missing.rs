//! `auth/channel-binding-missing`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "channel-binding-missing",
    severity: Severity::Fail,
    title: "the settings demand channel binding, and the connection does not have it",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("channel binding required, but SSL not in use"),
    Text::new("channel binding is required, but server did not offer"),
    Text::new("channel binding required but not supported by"),
];

/// The scene in which it was missing.
#[must_use]
pub fn finding(scene: &Scene<'_>) -> Finding {
    let method = scene
        .method
        .map_or_else(|| "unknown".to_owned(), crate::server::watch::Method::name);
    let tls = if scene.encrypted { "encrypted" } else { "not encrypted" };
    let (lacks, way_out) = if scene.encrypted {
        (
            "the server does not offer it",
            Step::new(Place::AppConfig, "do without channel binding where it is not offered").run("channel_binding=prefer"),
        )
    } else {
        (
            "the connection is not encrypted",
            Step::new(Place::AppConfig, "channel binding takes TLS: encrypt the connection").run("sslmode=require"),
        )
    };
    KIND.found(format!("the settings say channel_binding=require, and {lacks}"))
        .detail(format!("The method is {method}, the connection is {tls}. No password was sent."))
        .evidence(format!("authentication request: {method}"))
        .remedy(Remedy::new(
            "let the settings do without channel binding, or connect to PostgreSQL itself over TLS",
            [way_out],
        ))
}
