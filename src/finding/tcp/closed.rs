//! `tcp/closed`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "closed",
    severity: Severity::Fail,
    title: "the connection is closed without a message",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("connection to server at \"{_}port {port} failed: server closed the connection unexpectedly"),
    Text::near_driver("connection was closed in the middle of operation"),
    Text::new("ConnectionError: unexpected connection_lost() call"),
    Text::near_driver("InterfaceError: network error"),
    Text::new("(pg8000.exceptions.InterfaceError) network error"),
    Text::new("pg8000.exceptions.InterfaceError: 'network error'"),
    Text::new("tokio_postgres: connection closed"),
    Text::new("tokio-postgres: connection closed"),
    Text::new("unexpected connection_lost() call"),
    Text::new("failed to connect to `{_}` failed to receive message (unexpected EOF)"),
    Text::near_driver("failed to receive message: unexpected EOF"),
    Text::near_driver("failed to receive message (unexpected EOF)"),
    Text::new("unexpected response from SSLRequest: 0x00"),
    Text::new("error communicating with the server: early eof"),
    Text::new("error communicating with the server <- early eof"),
    Text::near_driver("creating a new object: connection closed"),
];

/// The address, and what it was told last.
#[must_use]
pub fn finding(address: &Address, when: &str) -> Finding {
    KIND.found(format!("{address} accepts the connection, then closes it without a word"))
        .detail(format!(
            "It was closed {when}. PostgreSQL itself answers every connection with a message, so this is something in front of it, or a \
             server process that died. No login was tried: the credentials are not known to be wrong."
        ))
        .evidence(format!("{address}: end of stream {when}, 0 bytes received"))
        .candidate(
            "a proxy or load balancer has no healthy backend",
            "look at its log and at the health of its backends",
        )
        .candidate(
            "an allow list or a limit on connections closes what it does not want",
            "try from a host that is surely allowed",
        )
        .remedy(Remedy::new(
            "find out what stands at that address, and why it hangs up",
            [Step::new(
                Place::Provider,
                "look at the log of the proxy or load balancer at that address",
            )],
        ))
}
