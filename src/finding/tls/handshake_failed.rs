//! `tls/handshake-failed`

use std::time::Duration;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::net::greeting;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::target::{Endpoint, Negotiation, Target};
use crate::tls::inspection::Fault;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "handshake-failed",
    severity: Severity::Fail,
    title: "the TLS handshake failed",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("SSL error: wrong version number"),
    Text::new("connection to server at \"{_}port {port} failed: SSL SYSCALL error"),
    Text::near_driver("WRONG_VERSION_NUMBER"),
    Text::new("error performing TLS handshake <- {_}"),
    Text::new("error performing TLS handshake: {_}"),
    Text::new("received direct SSL connection request without ALPN protocol negotiation extension"),
    Text::new("received unencrypted data after SSL response"),
    Text::new("received unencrypted data after SSL request"),
    Text::new("SSL error: sslv3 alert handshake failure"),
    Text::new("SSL error: dh key too small"),
    Text::new("before or while processing the request.\nSSL SYSCALL error"),
    Text::new("Error opening a TLS connection: {_}"),
    Text::new("failed: SSL error: unexpected eof while reading"),
];

/// OpenSSL's words, with what the server had sent.
#[must_use]
pub fn finding(target: &Target, address: &Address, error: &str, received: &[u8]) -> Finding {
    let sent = if received.is_empty() {
        "nothing".to_owned()
    } else {
        greeting::shown(received)
    };
    let mut finding = KIND
        .found(format!("the TLS handshake with {address} failed"))
        .detail("The handshake broke before the server could show who it is. The login was not tried: the credentials are not known to be wrong.")
        .evidence(format!("OpenSSL: {}", Foreign::new(error)))
        .evidence(format!("received in the handshake: {sent}"));
    if target.tls.negotiation == Negotiation::Direct {
        finding = finding.candidate(
            "the server is older than 17, which cannot begin with TLS at once",
            "connect with sslnegotiation=postgres",
        );
    }
    match alert(error) {
        Some(HANDSHAKE_FAILURE) => finding
            .candidate(
                "it has no cipher or key exchange in common with this client (ssl_ciphers, ssl_groups or ssl_ecdh_curve, the kind of its key)",
                "its log then says \"no shared cipher\"; SHOW ssl_ciphers; on the server",
            )
            .candidate("a proxy in between has such rules of its own", "look at its log; try from another network"),
        Some(UNRECOGNIZED_NAME) => finding.candidate(
            format!("what answers goes by the name of the server that the client asks for (SNI), and does not know this one: {}", asked_for(target)),
            "give the name that the provider or the proxy has for the server as the host, and leave sslsni on",
        ),
        _ => finding
            .candidate("a proxy or middlebox breaks the connection, or drops hosts that it does not know", "look at its log; try from another network")
            .candidate("what answers is no PostgreSQL", "look at the bytes above"),
    }
    .remedy(look(address))
}

/// Alerts of TLS (RFC 8446, section 6.2), with which the other side says why it breaks off.
const HANDSHAKE_FAILURE: u8 = 40;
const UNRECOGNIZED_NAME: u8 = 112;

/// The alert in OpenSSL's words.
fn alert(error: &str) -> Option<u8> {
    let (_, after) = error.split_once("SSL alert number ")?;
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The name that went along.
fn asked_for(target: &Target) -> String {
    let name = target.hosts.iter().find_map(|host| match &host.endpoint {
        Endpoint::Name(name) | Endpoint::Address { name: Some(name), .. } if target.tls.sni => Some(name),
        _ => None,
    });
    name.map_or_else(
        || "none was sent, since the host is an address or sslsni is off".to_owned(),
        |name| format!("\"{name}\""),
    )
}

/// The server takes TLS after an SSLRequest, and not at once.
#[must_use]
pub fn too_direct(address: &Address, error: &str) -> Finding {
    KIND.found(format!("{address} does not begin with TLS at once, as sslnegotiation=direct wants"))
        .detail(
            "The handshake broke at its start. A second connection, which asked for TLS first, was told to go on: this is a server older than \
             PostgreSQL 17, or a pooler or proxy without direct TLS. The login was not tried.",
        )
        .evidence(format!("OpenSSL: {}", Foreign::new(error)))
        .evidence(format!("{address} answered the SSLRequest of a second connection with \"S\""))
        .remedy(Remedy::new(
            "let the settings ask for TLS first",
            [Step::new(Place::AppConfig, "let TLS be asked for first, as every server understands it").run("sslnegotiation=postgres")],
        ))
}

/// The handshake did not come to an end.
#[must_use]
pub fn stalled(address: &Address, limit: Duration) -> Finding {
    KIND.found(format!(
        "the TLS handshake with {address} did not finish within {} s",
        limit.as_secs_f32()
    ))
    .detail("The server agreed to TLS and then stayed silent. The login was not tried: the credentials are not known to be wrong.")
    .evidence(format!("{address}: no end of the handshake within {} s", limit.as_secs_f32()))
    .candidate("large packets are lost on the way (MTU)", "ping -M do -s 1400 to the same host")
    .candidate("a middlebox holds the handshake up", "try from another network")
    .remedy(look(address))
}

/// Bytes came along with the server's consent to TLS, before there was any TLS (libpq: "received unencrypted data after SSL response").
#[must_use]
pub fn injected(address: &Address, bytes: &[u8]) -> Finding {
    KIND.found(format!("{address} sends unencrypted bytes where the TLS handshake should begin"))
        .detail(
            "The server says yes to TLS with one byte. More came with it, which libpq refuses, since somebody in the middle may have put it \
             there. The login was not tried.",
        )
        .evidence(format!("received in answer to the SSLRequest: {}", greeting::shown(bytes)))
        .candidate("a proxy or middlebox changes what it carries", "look at its log; try from another network")
        .candidate("what answers is no PostgreSQL", "look at the bytes above")
        .remedy(look(address))
}

/// A chain that OpenSSL refuses for a reason that has no finding of its own.
#[must_use]
pub fn unverified_chain(address: &Address, fault: &Fault) -> Finding {
    KIND.found(format!("the certificate of {address} is refused: {}", fault.reason))
        .detail("The login was not tried.")
        .evidence(format!("OpenSSL: {} (certificate {})", fault.reason, fault.depth))
        .remedy(look(address))
}

fn look(address: &Address) -> Remedy {
    Remedy::new(
        "look at the handshake from this host",
        [Step::new(Place::AppHost, "show the handshake").run(format!(
            "openssl s_client -starttls postgres -connect {address} -showcerts </dev/null"
        ))],
    )
}
