//! `auth/unexpected-answer`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "unexpected-answer",
    severity: Severity::Fail,
    title: "the server's answer to the login makes no sense",
};

/// A message that has no place here.
#[must_use]
pub fn finding(address: &Address, text: &str) -> Finding {
    built(address, format!("protocol error: {text}"))
}

/// A message that declares more bytes than any real one has.
#[must_use]
pub fn oversized(address: &Address, bytes: usize) -> Finding {
    built(address, format!("a message of the login declares {bytes} bytes; real ones have a few hundred"))
}

fn built(address: &Address, seen: String) -> Finding {
    KIND.found(format!("the answer of {address} to the login makes no sense"))
        .detail("It is not what PostgreSQL sends. The login was broken off.")
        .evidence(seen)
        .remedy(Remedy::new(
            "find out what answers at that address",
            [Step::new(Place::DatabaseHost, "see which process listens").run(match address {
                Address::Tcp(address) => format!("ss -ltnp 'sport = :{}'", address.port()),
                Address::Unix(_) => "ss -lxp".to_owned(),
            })],
        ))
}
