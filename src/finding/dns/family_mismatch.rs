//! `dns/family-mismatch`

use std::net::SocketAddr;

use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Dns,
    slug: "family-mismatch",
    severity: Severity::Fail,
    title: "the host has IPv6 addresses only, and this host has no IPv6",
    explanation: Explanation {
        meaning: "Every address of the name is an IPv6 address, and the kernel knows no way to any of them: this host, or its container \
            network, has no IPv6.",
        tell: "With an IPv6 route the connection is tried, and its failure shows at tcp.",
        causes: &[
            "The provider's direct host name is IPv6 only (Supabase without the IPv4 add-on, Fly.io and Railway private names).",
            "IPv6 is turned off in the container network.",
        ],
        fixes: &[
            "Use the provider's IPv4 host name or pooler.",
            "Enable IPv6 on this host or network.",
        ],
        mistaken_for: "A firewall. Nothing was filtered: there is no route at all.",
    },
};

/// The name, with the addresses that lead nowhere.
#[must_use]
pub fn finding(name: &str, addresses: &[SocketAddr]) -> Finding {
    let listed: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    KIND.found(format!("host name \"{name}\" has IPv6 addresses only, and this host has no route to IPv6"))
        .detail("The kernel knows no way to any of the addresses, so no driver can connect from here.")
        .evidence(format!("addresses: {}; no route to any of them", listed.join(", ")))
        .remedy(Remedy::new(
            "use a host name with an IPv4 address, or give this host IPv6",
            [
                Step::new(Place::AppConfig, "use the server's IPv4 host name; hosted databases offer one as a pooler or as an add-on"),
                Step::new(Place::AppHost, "or see what IPv6 this host has").run("ip -6 addr show scope global; ip -6 route show default"),
            ],
        ))
}
