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

/// What was wrong with it.
#[must_use]
pub fn finding(address: &Address, text: &str) -> Finding {
    KIND.found(format!("the answer of {address} to the login makes no sense"))
        .detail("It is not what PostgreSQL sends. The login was broken off.")
        .evidence(format!("protocol error: {text}"))
        .remedy(Remedy::new(
            "find out what answers at that address",
            [Step::new(Place::DatabaseHost, "see which process listens").run(match address {
                Address::Tcp(address) => format!("ss -ltnp 'sport = :{}'", address.port()),
                Address::Unix(_) => "ss -lxp".to_owned(),
            })],
        ))
}
