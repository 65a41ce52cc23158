//! `tcp/reset`

use std::io;
use std::net::SocketAddr;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "reset",
    severity: Severity::Fail,
    title: "the connection is reset",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("connection to server at \"{_}port {port} failed: could not receive data from server: Connection reset by peer"),
    Text::new("connection to server at \"{_}port {port} failed: could not send startup packet: Broken pipe"),
    Text::new("connection to server at \"{_}port {port} failed: could not send startup packet: Connection reset by peer"),
    Text::new("connection to server at \"{_}port {port} failed: could not receive data from server: Software caused connection abort"),
    Text::new("error communicating with the server <- Connection reset by peer"),
    Text::new("error communicating with the server: Connection reset by peer"),
    Text::near_driver("ConnectionResetError: [Errno 104] Connection reset by peer"),
    Text::near_driver("Connection reset by peer"),
    Text::new("failed to connect to `{_}` failed to receive message (read tcp {_}: read: connection reset by peer)"),
    Text::new("failed to receive message: read tcp {_}:5432: read: connection reset by peer"),
    Text::near_driver("read: connection reset by peer"),
    Text::near_driver("tcp connect: connection reset by peer"),
    Text::near_driver("read ECONNRESET"),
];

/// Reset while it was being made.
#[must_use]
pub fn on_connect(address: SocketAddr, lines: &[String]) -> Finding {
    let mut finding = KIND
        .found(format!("{address} resets the connection while it is being made"))
        .detail(WHO);
    finding.evidence = lines.to_vec();
    finding.remedy(remedy())
}

/// Reset before the server had said a word.
#[must_use]
pub fn in_talk(address: &Address, error: &io::Error) -> Finding {
    KIND.found(format!("{address} accepts the connection, then breaks it before a word is said"))
        .detail(WHO)
        .evidence(format!("{address}: {error}"))
        .remedy(remedy())
}

const WHO: &str = "PostgreSQL itself answers every connection with a message. Whoever broke this one stands in front of it, or the server \
     process died. No login was tried: the credentials are not known to be wrong.";

fn remedy() -> Remedy {
    Remedy::new(
        "find out what stands at that address, and whether its backend is healthy",
        [
            Step::new(Place::DatabaseHost, "see whether the server crashed at that moment")
                .run("journalctl -u 'postgresql*' --since -10min --no-pager"),
            Step::new(Place::Provider, "look at the health of the backends in the load balancer or proxy"),
        ],
    )
}
