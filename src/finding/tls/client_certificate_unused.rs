//! `tls/client-certificate-unused`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::target::Target;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "client-certificate-unused",
    severity: Severity::Fail,
    title: "sslcertmode=require, and no client certificate is exchanged",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("server did not request an SSL certificate"),
    Text::new("server accepted connection without a valid SSL certificate"),
];

/// Why no certificate changes hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is no TLS on the connection.
    NoTls,
    /// The settings have none.
    NoCertificate,
    /// The server does not ask for one: a second connection showed it.
    NotAsked,
}

/// The role was let in, and libpq would hang up.
#[must_use]
pub fn finding(target: &Target, address: &Address, why: Why) -> Finding {
    let (seen, means) = match why {
        Why::NoTls => ("the connection has no TLS", "Client certificates are part of TLS."),
        Why::NoCertificate => (
            "the settings have no client certificate",
            "There is none in sslcert, nor in ~/.postgresql/postgresql.crt.",
        ),
        Why::NotAsked => (
            "the server does not ask for one",
            "A second connection, without a login, showed that the handshake holds no request for a certificate: the server has no ssl_ca_file.",
        ),
    };
    let name_it = Step::new(
        Place::AppConfig,
        "or name the certificate and its key: sslcert=/path/to/client.crt and sslkey=/path/to/client.key",
    );
    let ask_for_it = Step::new(
        Place::DatabaseHost,
        "or set ssl_ca_file in postgresql.conf to the authority of the clients' certificates, and reload",
    );
    let otherwise = match why {
        Why::NoTls => None,
        Why::NoCertificate => Some(name_it),
        Why::NotAsked => Some(ask_for_it),
    };
    KIND.found(format!("the settings say sslcertmode=require, and {seen}"))
        .detail(format!(
            "The server lets role \"{}\" in; libpq 16 and later hangs up then, because no client certificate was exchanged. {means}",
            target.user
        ))
        .evidence(format!("sslcertmode=require, from {}", target.source))
        .evidence(format!("{address}: logged in without a client certificate"))
        .remedy(Remedy::new(
            "send a certificate only where the server asks for one, or make sure that one is exchanged",
            [Step::new(Place::AppConfig, "send it where it is asked for").run("sslcertmode=allow")]
                .into_iter()
                .chain(otherwise)
                .collect::<Vec<_>>(),
        ))
}
