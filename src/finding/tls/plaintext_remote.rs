//! `tls/plaintext-remote`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::probe::dns::Route;
use crate::remedy::{Place, Remedy, Step};
use crate::target::SslMode;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "plaintext-remote",
    severity: Severity::Warn,
    title: "the connection to another host is not encrypted",
};

/// The connection in the clear.
#[must_use]
pub fn finding(route: &Route, mode: SslMode) -> Finding {
    KIND.found(format!(
        "the connection to {} is not encrypted (sslmode={})",
        route.address,
        mode.name()
    ))
    .detail("Whoever sees the network between this host and the server can read the queries and their results.")
    .remedy(Remedy::new(
        "turn TLS on in the settings, where the server has it",
        [Step::new(
            Place::AppConfig,
            "replace the sslmode; verify-full with an sslrootcert protects against an impostor too",
        )
        .run("sslmode=require")],
    ))
}
