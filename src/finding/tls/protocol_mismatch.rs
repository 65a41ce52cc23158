//! `tls/protocol-mismatch`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::target::{Target, TlsSettings};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "protocol-mismatch",
    severity: Severity::Fail,
    title: "client and server share no TLS version",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not accept SSL connection: tlsv1 alert protocol version"),
    Text::new("could not accept SSL connection: unsupported protocol"),
    Text::new("could not accept SSL connection: version too low"),
    Text::new("SSL error: tlsv1 alert protocol version"),
    Text::new("SSL error: unsupported protocol"),
    Text::new("SSL error: no protocols available"),
    Text::new("SSL error: version too low"),
    Text::near_driver("TLSV1_ALERT_PROTOCOL_VERSION"),
    Text::near_driver("UNSUPPORTED_PROTOCOL"),
];

/// OpenSSL's words for it.
#[must_use]
pub fn finding(target: &Target, address: &Address, error: &str) -> Finding {
    let min = target.tls.min_protocol.as_deref().unwrap_or("TLSv1.2 (libpq's default)");
    let max = target.tls.max_protocol.as_deref().unwrap_or("no limit");
    KIND.found(format!("{address} and the settings share no TLS version"))
        .detail(format!("The settings allow from {min} up to {max}; the server wants another. The login was not tried."))
        .evidence(format!("OpenSSL: {}", Foreign::new(error)))
        .remedy(Remedy::new(
            "make the two ranges overlap",
            [
                Step::sql(
                    "postgres",
                    "see what the server allows",
                    "SELECT name, setting FROM pg_settings WHERE name IN ('ssl_min_protocol_version', 'ssl_max_protocol_version', 'ssl_ciphers');",
                )
                .actor("superuser"),
                widen(&target.tls),
            ],
        ))
}

/// The client's bound that is in the way, as far as the settings have one.
fn widen(settings: &TlsSettings) -> Step {
    let run = match (settings.max_protocol.as_deref(), settings.min_protocol.as_deref()) {
        (Some(max), _) if !max.eq_ignore_ascii_case("TLSv1.3") => "ssl_max_protocol_version=TLSv1.3",
        (_, Some(min)) if min.eq_ignore_ascii_case("TLSv1.3") => "ssl_min_protocol_version=TLSv1.2",
        _ => return Step::new(Place::DatabaseHost, "the settings leave the client its usual range, so raise the server's ssl_max_protocol_version, or renew what ends TLS there"),
    };
    Step::new(Place::AppConfig, "or widen the range of the settings").run(run)
}
