//! `tls/crl-unusable`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::tls::inspection::Fault;
use crate::tls::policy::{Policy, Roots};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "crl-unusable",
    severity: Severity::Fail,
    title: "the list of revoked certificates is out of date, or missing for an authority",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::near_driver("certificate verify failed: unable to get certificate CRL"),
    Text::near_driver("certificate verify failed{_}(unable to get certificate CRL)"),
    Text::near_driver("certificate verify failed: CRL has expired"),
    Text::near_driver("certificate verify failed{_}(CRL has expired)"),
];

/// Which list, and what is the matter with it.
#[must_use]
pub fn finding(policy: &Policy, address: &Address, fault: &Fault) -> Finding {
    let lists = match &policy.roots {
        Roots::File { revocations, .. } => revocations.file.iter().chain(&revocations.directory),
        Roots::System | Roots::None => None.iter().chain(&None),
    };
    let lists: Vec<String> = lists.map(|path| Foreign::new(path.to_string_lossy()).to_string()).collect();
    let lists = lists.join(", ");
    let issuer = fault
        .certificate
        .as_ref()
        .map_or_else(|| "unknown".to_owned(), |certificate| certificate.issuer.to_string());
    KIND.found(format!(
        "no valid list of revoked certificates for the certificate of {address}: {}",
        fault.reason
    ))
    .detail("Where libpq has such a list, every certificate of the chain needs a valid one of its authority. The login was not tried.")
    .evidence(format!(
        "certificate {}: {}, issued by \"{issuer}\"; lists: {lists}",
        fault.depth, fault.reason
    ))
    .remedy(Remedy::new(
        "fetch the authorities' current lists",
        [Step::new(
            Place::AppHost,
            format!("fetch the current list of each authority of the chain, and put them into {lists}"),
        )],
    ))
}
