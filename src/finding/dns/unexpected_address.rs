//! `dns/unexpected-address`

use std::net::IpAddr;

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::list;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Dns,
    slug: "unexpected-address",
    severity: Severity::Warn,
    title: "the name leads somewhere else than it says",
};

/// The name has the unspecified address, which leads to this host itself.
#[must_use]
pub fn unspecified(name: &str, address: IpAddr) -> Finding {
    KIND.found(format!("\"{name}\" resolves to {address}, which is no server's address"))
        .detail(format!(
            "Connections to {address} end on this host itself. Filters in DNS answer so for names that they block; the real address is not known here."
        ))
        .evidence(format!("getaddrinfo(\"{name}\"): {address}"))
        .candidate("a filtering name server blocks the name", "ask another name server for it")
        .candidate("the hosts file has such an entry", "look for the name in /etc/hosts")
        .remedy(Remedy::new(
            "find out who gives the name that address",
            [Step::new(Place::AppHost, "see what this host's programs get, and what the hosts file has")
                .run(format!("getent ahosts {0}; grep -nF -- {0} /etc/hosts", quote::shell(name)))],
        ))
}

/// A name with dots in it was completed with a search domain.
#[must_use]
pub fn completed(name: &str, answered: &str, addresses: &[IpAddr]) -> Finding {
    KIND.found(format!("\"{name}\" was looked up as \"{answered}\", which a search domain made of it"))
        .detail("The name has dots, so it may be meant as it stands; the resolver completed it from the search list of /etc/resolv.conf, and that name has an address.")
        .evidence(format!("getaddrinfo(\"{name}\"): {} as \"{answered}\"", list(addresses)))
        .remedy(Remedy::new(
            "keep the search list out of it, unless that name is meant",
            [
                Step::new(Place::AppHost, "see what the name with a dot at its end has").run(format!("getent ahosts {}", quote::shell(&format!("{name}.")))),
                Step::new(Place::AppConfig, format!("write the host as \"{name}.\", or as \"{answered}\" if that one is meant; no certificate has the dot, so with sslmode=verify-full lower ndots in /etc/resolv.conf instead")),
            ],
        ))
}
