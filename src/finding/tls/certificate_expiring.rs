//! `tls/certificate-expiring`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::tls::certificate::Certificate;
use crate::tls::policy::Check;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "certificate-expiring",
    severity: Severity::Warn,
    title: "the server's certificate is about to expire",
};

/// Days before the end from which on it is a warning.
const WARNED_DAYS: i64 = 30;

/// Days before the end from which on it does not wait for the next maintenance window.
const URGENT_DAYS: i64 = 7;

/// A finding where the certificate is near its end.
#[must_use]
pub fn finding(address: &Address, certificate: &Certificate, check: Check) -> Option<Finding> {
    let days = certificate.days_left;
    if days >= WARNED_DAYS {
        return None;
    }
    let until = &certificate.not_after;
    let when = match days {
        ..=1 => "within two days: renew it now".to_owned(),
        2..URGENT_DAYS => format!("in {days} days: renew it now"),
        _ => format!("in {days} days"),
    };
    let (title, effect) = if days < 0 {
        (
            format!("the certificate of {address} expired on {until}"),
            "The settings do not verify it, so this application connects; every client that verifies is refused.",
        )
    } else if check == Check::Nothing {
        (
            format!("the certificate of {address} expires {when}"),
            "The settings do not verify it, so this application will go on; clients that verify will be refused from then on.",
        )
    } else {
        (
            format!("the certificate of {address} expires {when}"),
            "From then on the application can no longer connect.",
        )
    };
    Some(
        KIND.found(title)
            .detail(effect)
            .evidence(format!("valid until {until}"))
            .remedy(Remedy::new(
                "renew the certificate, and let the server read it again",
                [
                    Step::new(
                        Place::DatabaseHost,
                        "put the renewed certificate into the file that SHOW ssl_cert_file names",
                    ),
                    Step::sql("postgres", "let the server read it", "SELECT pg_reload_conf();").actor("superuser"),
                ],
            )),
    )
}
