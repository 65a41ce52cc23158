//! `dns/family-mismatch`

use std::net::{IpAddr, SocketAddr};

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::list;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Dns,
    slug: "family-mismatch",
    severity: Severity::Fail,
    title: "the host has IPv6 addresses only, and this host has no IPv6",
};

/// The name, with the addresses that lead nowhere.
#[must_use]
pub fn finding(name: &str, addresses: &[SocketAddr]) -> Finding {
    let addresses: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
    KIND.found(format!("host name \"{name}\" has IPv6 addresses only, and this host has no route to IPv6"))
        .detail("The kernel knows no way to any of the addresses, so no driver can connect from here.")
        .evidence(format!("addresses: {}; no route to any of them", list(&addresses)))
        .remedy(Remedy::new(
            "use a host name with an IPv4 address, or give this host IPv6",
            [
                Step::new(Place::AppConfig, "use the server's IPv4 host name; hosted databases offer one as a pooler or as an add-on"),
                Step::new(Place::AppHost, "or see what IPv6 this host has").run("ip -6 addr show scope global; ip -6 route show default"),
            ],
        ))
}
