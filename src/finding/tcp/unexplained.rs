//! `tcp/unexplained`: the driver could not connect and keeps the reason to itself.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Kind, Severity};
use crate::layer::Layer;

pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "unexplained",
    severity: Severity::Fail,
    title: "the driver could not connect and does not say why",
    explanation: Explanation {
        meaning: "pg8000 reports every failure to open its connection with the same words: a name that does not resolve, a refused connection, a time-out and a missing socket look alike.",
        tell: "The exception that it was raised from, higher up in the traceback, has the real error.",
        causes: &["nothing listens at that address and port", "the host name does not resolve", "a firewall drops the packets"],
        fixes: &["read the traceback upwards to the first exception", "run dbdoctor check where the application runs: it looks at the name, the addresses and the port one after the other"],
        mistaken_for: "A wrong password: no login was tried.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Can't create a connection to host {host} and port {port}"),
];
