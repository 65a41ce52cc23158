//! `tls/certificate-revoked`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::tls::inspection::Fault;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "certificate-revoked",
    severity: Severity::Fail,
    title: "the server's certificate has been revoked",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::near_driver("certificate verify failed: certificate revoked"),
    Text::near_driver("certificate verify failed{_}(certificate revoked)"),
];

/// The certificate of the chain that the list names.
#[must_use]
pub fn finding(address: &Address, fault: &Fault) -> Finding {
    let (whose, subject) = (fault.whose(), fault.subject());
    KIND.found(format!("{whose} at {address} has been revoked"))
        .detail("The list of revoked certificates that the settings name has it. The login was not tried.")
        .evidence(format!("certificate {}: subject \"{subject}\": {}", fault.depth, fault.reason))
        .remedy(Remedy::new(
            "give the server a new certificate; a key that may be known to others must not be trusted again",
            [
                Step::new(Place::DatabaseHost, "have a certificate issued for a new key, and put both into the files that SHOW ssl_cert_file and SHOW ssl_key_file name"),
                Step::sql("postgres", "let the server read them", "SELECT pg_reload_conf();").actor("superuser"),
            ],
        ))
}
