//! `tls/certificate-not-yet-valid`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::tls::inspection::Fault;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "certificate-not-yet-valid",
    severity: Severity::Fail,
    title: "the server's certificate is not valid yet",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::near_driver("certificate verify failed: certificate is not yet valid"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (certificate is not yet valid)"),
    Text::new("SSL error: certificate verify failed: certificate is not yet valid"),
    Text::near_driver("certificate verify failed:{_}(certificate is not yet valid)"),
    Text::new("error performing TLS handshake <- {_}(certificate is not yet valid)"),
    Text::new("error performing TLS handshake: {_}(certificate is not yet valid)"),
    Text::new("SSL error: certificate verify failed (certificate is not yet valid)"),
    Text::near_driver("x509: certificate has expired or is not yet valid: current time {_} is before"),
];

/// The certificate of the chain that it is about.
#[must_use]
pub fn finding(address: &Address, fault: &Fault) -> Finding {
    let (whose, subject) = (fault.whose(), fault.subject());
    let (from, until) = fault.validity();
    KIND.found(format!("{whose} of {address} is not valid before {from}"))
        .detail(format!(
            "By this host's clock that day has not come. It is valid from {from} until {until}. The login was not tried."
        ))
        .evidence(format!("certificate {}: subject \"{subject}\", valid from {from}", fault.depth))
        .candidate("this host's clock is behind", "compare with another host: date -u")
        .candidate(
            "the certificate was made for a later day",
            "openssl x509 -noout -startdate, on the database host",
        )
        .remedy(Remedy::new(
            "set this host's clock, or wait for the certificate's first day",
            [Step::new(Place::AppHost, "see what time this host has").run("date -u")],
        ))
}
