//! `tls/client-certificate-rejected`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Place, Remedy, Step};
use crate::target::Target;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "client-certificate-rejected",
    severity: Severity::Fail,
    title: "the server refuses the client's certificate, or the lack of one",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not accept SSL connection: certificate verify failed"),
    Text::new("SSL error: tlsv1 alert unknown ca"),
    Text::new("SSL error: tlsv13 alert certificate required"),
    Text::new("SSL error: sslv3 alert certificate"),
    Text::new("SSL error: tlsv1 alert certificate"),
    Text::new("SSL error: sslv3 alert bad certificate"),
    Text::new("SSL error: sslv3 alert certificate unknown"),
];

/// The alert's words.
#[must_use]
pub fn finding(target: &Target, address: &Address, error: &str) -> Finding {
    let which = target.tls.client_cert.as_ref().map_or_else(|| "none was sent".to_owned(), |path| format!("sent: \"{}\"", Foreign::new(path.to_string_lossy())));
    KIND.found(format!("{address} refuses the client certificate"))
        .detail(format!("The server ended the handshake with an alert about the client's certificate ({which})."))
        .evidence(format!("OpenSSL: {}", Foreign::new(error)))
        .candidate("its authority is not in the server's ssl_ca_file", "SHOW ssl_ca_file; as a superuser, then compare the issuers")
        .candidate("it has expired or was revoked", "openssl x509 -noout -enddate -in CLIENT.crt")
        .remedy(Remedy::new(
            "use a certificate from an authority that the server trusts",
            [
                Step::new(Place::DatabaseHost, "add the issuing authority to the file that SHOW ssl_ca_file names, if it is to be trusted"),
                Step::sql("postgres", "let the server read it", "SELECT pg_reload_conf();").actor("superuser"),
            ],
        ))
}
