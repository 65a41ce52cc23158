//! `tls/certificate-weak`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::tls::inspection::Fault;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "certificate-weak",
    severity: Severity::Fail,
    title: "a certificate of the chain is too weak",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::near_driver("certificate verify failed: EE certificate key too weak"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (EE certificate key too weak)"),
    Text::new("SSL error: certificate verify failed: EE certificate key too weak"),
    Text::near_driver("certificate verify failed: CA signature digest algorithm too weak"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (CA signature digest algorithm too weak)"),
    Text::new("SSL error: certificate verify failed: CA signature digest algorithm too weak"),
    Text::near_driver("certificate verify failed: CA certificate key too weak"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (CA certificate key too weak)"),
    Text::new("SSL error: certificate verify failed: CA certificate key too weak"),
    Text::near_driver("certificate verify failed:{_}(EE certificate key too weak)"),
    Text::new("error performing TLS handshake <- {_}(EE certificate key too weak)"),
    Text::new("error performing TLS handshake: {_}(EE certificate key too weak)"),
    Text::new("SSL error: certificate verify failed (EE certificate key too weak)"),
    Text::near_driver("certificate verify failed:{_}(CA signature digest algorithm too weak)"),
    Text::new("error performing TLS handshake <- {_}(CA signature digest algorithm too weak)"),
    Text::new("error performing TLS handshake: {_}(CA signature digest algorithm too weak)"),
    Text::new("SSL error: certificate verify failed (CA signature digest algorithm too weak)"),
];

/// The certificate, with OpenSSL's reason.
#[must_use]
pub fn finding(address: &Address, fault: &Fault) -> Finding {
    KIND.found(format!("certificate {} of the chain of {address} is too weak: {}", fault.depth, fault.reason))
        .detail("This build of OpenSSL refuses it. A client with another OpenSSL, or a lower security level, may accept it. The login was not tried.")
        .evidence(format!("OpenSSL: {} (certificate {})", fault.reason, fault.depth))
        .remedy(Remedy::new(
            "make a new certificate with a 2048-bit RSA or P-256 key and SHA-256",
            [
                Step::new(Place::DatabaseHost, "make the new key and certificate, have it signed, and put both into the files that SHOW ssl_cert_file and SHOW ssl_key_file name"),
                Step::sql("postgres", "let the server read them", "SELECT pg_reload_conf();").actor("superuser"),
            ],
        ))
}
