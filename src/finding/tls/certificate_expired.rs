//! `tls/certificate-expired`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::tls::inspection::Fault;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "certificate-expired",
    severity: Severity::Fail,
    title: "the server's certificate has expired",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not accept SSL connection: sslv3 alert certificate expired"),
    Text::new("could not accept SSL connection: ssl/tls alert certificate expired"),
    Text::near_driver("certificate verify failed: certificate has expired"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (certificate has expired)"),
    Text::new("SSL error: certificate verify failed: certificate has expired"),
    Text::near_driver("certificate verify failed:{_}(certificate has expired)"),
    Text::new("error performing TLS handshake <- {_}(certificate has expired)"),
    Text::new("error performing TLS handshake: {_}(certificate has expired)"),
    Text::new("SSL error: certificate verify failed (certificate has expired)"),
    Text::near_driver("x509: certificate has expired or is not yet valid"),
    Text::near_driver("x509: certificate has expired or is not yet valid: current time {_} is after"),
    Text::near_driver("Error: certificate has expired"),
    Text::new("Error opening a TLS connection: certificate has expired"),
    Text::new("error performing TLS handshake: {_}certificate verify failed:{_}:: certificate has expired"),
    Text::near_driver("certificate verify failed:{_}:: certificate has expired"),
];

/// The certificate of the chain that it is about.
#[must_use]
pub fn finding(address: &Address, fault: &Fault) -> Finding {
    let (whose, subject) = (fault.whose(), fault.subject());
    let (from, until) = fault.validity();
    KIND.found(format!("{whose} of {address} expired on {until}"))
        .detail(format!("It was valid from {from} until {until}. The login was not tried."))
        .evidence(format!("certificate {}: subject \"{subject}\", valid until {until}", fault.depth))
        .candidate("it was not renewed", "compare with the clock of another host: date -u")
        .candidate(
            "it was renewed, and the server still shows the old one",
            "look at the file that SHOW ssl_cert_file names",
        )
        .remedy(Remedy::new(
            "renew the certificate, and let the server read it again",
            [
                Step::new(Place::AppHost, "make sure that this host's clock is right").run("date -u"),
                Step::new(
                    Place::DatabaseHost,
                    "put the renewed certificate into the file that SHOW ssl_cert_file names",
                ),
                Step::sql("postgres", "let the server read it", "SELECT pg_reload_conf();").actor("superuser"),
            ],
        ))
}
