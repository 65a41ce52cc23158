//! `tcp/timeout`

use std::time::Duration;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::probe::dns::Route;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "timeout",
    severity: Severity::Fail,
    title: "connecting does not come to an end in time",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("connection to server at \"{_}port {port} failed: Connection timed out"),
    Text::new("could not connect to server: Connection timed out"),
    Text::new("error connecting to server <- Connection timed out"),
    Text::new("error connecting to server: Connection timed out"),
    Text::new("failed to connect to `{_}`: dial error (dial tcp {_}: connect: connection timed out)"),
    Text::new("connection to server at \"{_}port {port} failed: Operation timed out"),
    Text::new("could not connect to server: Operation timed out"),
    Text::new("error connecting to server <- Operation timed out"),
    Text::new("error connecting to server: Operation timed out"),
    Text::new("failed to connect to `{_}`: dial error (dial tcp {_}: connect: operation timed out)"),
    Text::new("connection to server at \"{_}port {port} failed: timeout expired"),
    Text::new("connection to server at \"{_}port {port} failed: server did not respond"),
    Text::new("ConnectionTimeout: connection timeout expired"),
    Text::new("': connection timeout expired"),
    Text::near_driver("connection timeout expired"),
    Text::near_driver("timeout expired"),
    Text::near_driver("TimeoutError: timed out"),
    Text::near_driver("Connection timed out"),
    Text::near_driver("failed to respond after a period of time"),
    Text::near_driver("connect ETIMEDOUT {address}:{port}"),
    Text::near_driver("The semaphore timeout period has expired"),
    Text::near_driver("dial tcp {address}:{port}: connect: connection timed out"),
    Text::near_driver("dial tcp {address}:{port}: i/o timeout"),
    Text::near_driver("tcp connect ({host}:{port}): timeout"),
    Text::near_driver("TimeoutError\n"),
    Text::near_driver("TimeoutError  "),
    Text::near_driver("TimeoutError: ''"),
    Text::near_driver("TimeoutError\""),
    Text::near_driver("TimeoutError`"),
    Text::near_driver("TimeoutError: 'timed out'"),
    Text::near_driver("Connection terminated due to connection timeout"),
    Text::new("write CONNECT_TIMEOUT {host}:{port}"),
    Text::near_driver("SocketTimeoutException: connect timed out"),
    Text::near_driver("SocketTimeoutException: Connect timed out"),
    Text::new("(0x0000274C/10060)"),
    Text::near_driver("failed to receive message (timeout: context deadline exceeded)"),
    Text::near_driver("failed to receive message: timeout: context deadline exceeded"),
    Text::near_driver("dial error (timeout: context deadline exceeded)"),
    Text::near_driver("dial error: timeout: context deadline exceeded"),
    Text::near_driver("read tcp {_}: i/o timeout"),
    Text::new("error connecting to server: connection timed out"),
    Text::new("error connecting to server <- connection timed out"),
    Text::near_driver("Connection establishment timeout"),
    Text::near_driver("Operation timed out"),
];

/// The address that stayed silent.
#[must_use]
pub fn finding(route: &Route, limit: Duration, lines: &[String]) -> Finding {
    let check = match &route.address {
        Address::Tcp(address) => format!("nc -vz -w 5 {} {}", address.ip(), address.port()),
        Address::Unix(path) => format!("nc -vz -w 5 -U {}", quote::shell(&path.to_string_lossy())),
    };
    let mut finding = KIND
        .found(format!("{} does not answer within {} s", route.address, limit.as_secs_f32()))
        .detail("Neither an acceptance nor a refusal came back, so the packets are lost on the way or dropped. No login was tried: the credentials are not known to be wrong.")
        .candidate(
            "a firewall, security group or allow list drops what this host sends",
            "try from a host that is surely allowed; look at the rules for the server's port",
        )
        .candidate(
            "the address belongs to another network, or its host is down",
            "compare it with the provider's console: private and public names differ",
        );
    finding.evidence = lines.to_vec();
    finding.remedy(Remedy::new(
        "let this host's packets reach the server's port",
        [
            Step::new(Place::AppHost, "see which of this host's addresses the server would see").run(match &route.address {
                Address::Tcp(address) => format!("ip route get {}", address.ip()),
                Address::Unix(_) => "id".to_owned(),
            }),
            Step::new(
                Place::Provider,
                "allow that address, or the address of its NAT gateway, on the server's port",
            ),
            Step::new(Place::AppHost, "try again").run(check),
        ],
    ))
}
