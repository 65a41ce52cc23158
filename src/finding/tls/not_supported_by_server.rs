//! `tls/not-supported-by-server`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::probe::dns::Route;
use crate::remedy::{Place, Remedy, Step};
use crate::target::Target;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "not-supported-by-server",
    severity: Severity::Fail,
    title: "the server offers no TLS, and the settings demand it",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("server does not support SSL, but SSL was required"),
    Text::new("closing because: server refused SSL"),
    Text::new("pq: SSL is not enabled on the server"),
    Text::new("server refused TLS connection"),
    Text::new("rejected SSL upgrade"),
    Text::near_driver("Server refuses SSL"),
    Text::new("InterfaceError: Server refuses SSL"),
    Text::new("pg8000.exceptions.InterfaceError: 'Server refuses SSL'"),
    Text::new("error performing TLS handshake <- server does not support TLS"),
    Text::new("error performing TLS handshake: server does not support TLS"),
    Text::new("The server does not support SSL connections"),
    Text::near_driver("The server does not support SSL."),
    Text::new("attempting to establish a TLS connection: server does not support TLS"),
    Text::new("InterfaceError('Server refuses SSL')"),
    Text::new("Error opening a TLS connection: The server does not support SSL connections"),
];

/// The server that said no.
#[must_use]
pub fn finding(target: &Target, route: &Route) -> Finding {
    let mode = target.tls.mode.name();
    KIND.found(format!("{} offers no TLS, and the settings say sslmode={mode}", route.address))
        .detail("The server answered the request for TLS with \"no\". The login was not tried.")
        .evidence(format!("{} answered the SSLRequest with \"N\"", route.address))
        .candidate("PostgreSQL itself answers, with ssl = off", "SHOW ssl; as a superuser")
        .candidate(
            "a pooler or a local proxy answers",
            "for PgBouncer, look at client_tls_sslmode in pgbouncer.ini",
        )
        .remedy(Remedy::new(
            "turn TLS on where the connection ends, or let the settings do without it on a link that needs none",
            [
                Step::sql(
                    "postgres",
                    "if it is PostgreSQL: with the files that SHOW ssl_cert_file and SHOW ssl_key_file name in place, turn TLS on",
                    "ALTER SYSTEM SET ssl = on; SELECT pg_reload_conf();",
                )
                .actor("superuser")
                .undo("ALTER SYSTEM RESET ssl; SELECT pg_reload_conf();"),
                Step::new(
                    Place::AppConfig,
                    "or, only where the link itself is private, allow a connection without TLS",
                )
                .run("sslmode=prefer"),
            ],
        ))
}
