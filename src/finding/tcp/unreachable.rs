//! `tcp/unreachable`

use std::net::SocketAddr;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "unreachable",
    severity: Severity::Fail,
    title: "the address cannot be reached",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("connection to server at \"{_}port {port} failed: No route to host"),
    Text::new("could not connect to server: No route to host"),
    Text::new("error connecting to server <- No route to host"),
    Text::new("error connecting to server: No route to host"),
    Text::new("failed to connect to `{_}`: dial error (dial tcp {_}: connect: no route to host)"),
    Text::new("connection to server at \"{_}port {port} failed: Network is unreachable"),
    Text::new("could not connect to server: Network is unreachable"),
    Text::new("error connecting to server <- Network is unreachable"),
    Text::new("error connecting to server: Network is unreachable"),
    Text::new("failed to connect to `{_}`: dial error (dial tcp {_}: connect: network is unreachable)"),
    Text::new("connection to server at \"{_}port {port} failed: Cannot assign requested address"),
    Text::new("could not connect to server: Cannot assign requested address"),
    Text::new("error connecting to server <- Cannot assign requested address"),
    Text::new("error connecting to server: Cannot assign requested address"),
    Text::new("failed to connect to `{_}`: dial error (dial tcp {_}: connect: cannot assign requested address)"),
    Text::new("connection to server at \"{_}port {port} failed: Host is unreachable"),
    Text::new("could not connect to server: Host is unreachable"),
    Text::new("error connecting to server <- Host is unreachable"),
    Text::new("error connecting to server: Host is unreachable"),
    Text::new("failed to connect to `{_}`: dial error (dial tcp {_}: connect: host is unreachable)"),
    Text::new("connection to server at \"{_}port {port} failed: Network is down"),
    Text::new("could not connect to server: Network is down"),
    Text::new("error connecting to server <- Network is down"),
    Text::new("error connecting to server: Network is down"),
    Text::new("failed to connect to `{_}`: dial error (dial tcp {_}: connect: network is down)"),
    Text::new("connection to server at \"{_}port {port} failed: Can't assign requested address"),
    Text::new("could not connect to server: Can't assign requested address"),
    Text::new("error connecting to server <- Can't assign requested address"),
    Text::new("error connecting to server: Can't assign requested address"),
    Text::new("failed to connect to `{_}`: dial error (dial tcp {_}: connect: can't assign requested address)"),
    Text::near_driver("No route to host"),
    Text::near_driver("Network is unreachable"),
    Text::near_driver("Cannot assign requested address"),
    Text::near_driver("connect EHOSTUNREACH {address}:{port}"),
    Text::near_driver("connect ENETUNREACH {address}:{port}"),
    Text::near_driver("dial tcp {address}:{port}: connect: no route to host"),
    Text::near_driver("dial tcp {address}:{port}: connect: network is unreachable"),
    Text::new("(0x00002751/10065)"),
    Text::new("(0x00002743/10051)"),
];

/// The address, with the system's words.
#[must_use]
pub fn finding(address: SocketAddr, words: &str, lines: &[String]) -> Finding {
    let mut finding = KIND
        .found(format!("{address} cannot be reached: {words}"))
        .detail("This host's kernel, or a router on the way, turned the connection away. No login was tried: the credentials are not known to be wrong.");
    finding.evidence = lines.to_vec();
    finding.remedy(Remedy::new(
        "restore the route, or allow the connection in the firewall that rejects it",
        [
            Step::new(Place::AppHost, "see which way the kernel would take").run(format!("ip route get {}", address.ip())),
            Step::new(Place::AppHost, "see where it ends").run(format!("tracepath -n {}", address.ip())),
        ],
    ))
}
