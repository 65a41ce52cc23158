//! `tcp/silent`

use std::time::Duration;

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "silent",
    severity: Severity::Fail,
    title: "the address accepts connections and never answers",
};

/// The address that accepted and stayed silent.
#[must_use]
pub fn finding(address: &Address, limit: Duration) -> Finding {
    let listening = match address {
        Address::Tcp(address) => format!("ss -ltnp 'sport = :{}'", address.port()),
        Address::Unix(_) => "ss -lxp".to_owned(),
    };
    KIND.found(format!("{address} accepts the connection, but says nothing within {} s", limit.as_secs_f32()))
        .detail("The network is fine. What accepts there does not answer as PostgreSQL does, so it is another service, a proxy without a backend, or a server that hangs. No login was tried.")
        .evidence(format!("{address}: connection accepted, 0 bytes received within {} s", limit.as_secs_f32()))
        .candidate("another service listens on that port", "look at the process that listens there")
        .candidate("a proxy accepts for a backend that is gone, or the server hangs", "look at the proxy's log; look for processes in state D or T on the database host")
        .candidate("Pgpool-II has a client for each of its num_init_children, and lets the next one wait", "no process on its host is called \"pgpool: wait for connection request\"")
        .remedy(Remedy::new(
            "find out which process accepts there, and why it is silent",
            [Step::new(Place::DatabaseHost, "see which process listens").run(listening)],
        ))
}
