//! `tcp/not-postgres`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::greeting::{self, Speaker};
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "not-postgres",
    severity: Severity::Fail,
    title: "what answers is not PostgreSQL",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("expected authentication request from server, but received {_}"),
    Text::new("received invalid response to SSL negotiation: {_}"),
    Text::new("received invalid response to GSSAPI negotiation: {_}"),
    Text::new("error communicating with the server <- bytes remaining on stream"),
    Text::new("error communicating with the server: bytes remaining on stream"),
    Text::new("unexpected response from SSLRequest: 0x48"),
];

/// The address, with the first bytes that it sent.
#[must_use]
pub fn finding(address: &Address, bytes: &[u8]) -> Finding {
    let speaker = Speaker::of(bytes);
    KIND.found(format!("{} answers at {address}", speaker.name()))
        .detail("The first bytes are not those of a PostgreSQL server. No login was tried: the credentials are not known to be wrong.")
        .evidence(format!("{address} sent {}", greeting::shown(bytes)))
        .remedy(Remedy::new(
            "put PostgreSQL's own host and port into the settings",
            [
                Step::new(Place::DatabaseHost, "see where PostgreSQL listens").run("ss -ltnp | grep -E 'postgres|pgbouncer'"),
                Step::new(Place::AppConfig, "correct the host or the port that the application reads"),
            ],
        ))
}
