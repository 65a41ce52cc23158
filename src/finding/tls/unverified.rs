//! `tls/unverified`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::probe::dns::Route;
use crate::remedy::{Place, Remedy, Step};
use crate::target::Target;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "unverified",
    severity: Severity::Warn,
    title: "the server's certificate is not verified",
};

/// The connection whose other end nobody checks.
#[must_use]
pub fn finding(target: &Target, route: &Route) -> Finding {
    KIND.found(format!(
        "the certificate of {} is not verified (sslmode={})",
        route.address,
        target.tls.mode.name()
    ))
    .detail("The connection is encrypted, but an impostor between this host and the server would not be noticed.")
    .remedy(Remedy::new(
        "verify the certificate",
        [Step::new(
            Place::AppConfig,
            "with the file of the server's authority: sslmode=verify-full sslrootcert=/path/to/root.crt",
        )],
    ))
}
