//! `tls/ca-file-invalid`

use std::path::Path;

use openssl::x509::X509;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "ca-file-invalid",
    severity: Severity::Fail,
    title: "the root certificate file holds no certificate",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not read root certificate file \"{file}\": no certificate or crl found"),
    Text::new("could not read root certificate file \"{file}\": {_}no start line"),
    Text::new("pq: couldn't parse pem in sslrootcert"),
    Text::new("failed to configure TLS (unable to add CA to cert pool)"),
    Text::new("failed to configure TLS: unable to add CA to cert pool"),
    Text::near_driver("[X509: NO_CERTIFICATE_OR_CRL_FOUND]"),
    Text::near_driver("X509_load_cert_crl_file_ex:no certificate or crl found"),
];

/// The file; of its content only what kind it is.
#[must_use]
pub fn finding(path: &Path, content: &[u8]) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let what = match content.trim_ascii_start() {
        [] => "it is empty",
        [b'<', ..] => "it looks like an HTML or XML page",
        [0x30, 0x82, ..] => "it looks like DER, and libpq wants PEM",
        _ if content.windows(11).any(|window| window == b"PRIVATE KEY") => "it holds a private key",
        _ if content.windows(17).any(|window| window == b"BEGIN CERTIFICATE") => "it holds a certificate that cannot be read",
        _ => "it holds no \"BEGIN CERTIFICATE\" line",
    };
    KIND.found(format!("the root certificate file \"{shown}\" holds no usable certificate"))
        .detail(format!(
            "Of its {} bytes none make a certificate: {what}. The server was not asked.",
            content.len()
        ))
        .evidence(format!("\"{shown}\": {what}"))
        .remedy(remedy(path, content))
}

fn remedy(path: &Path, content: &[u8]) -> Remedy {
    let file = quote::shell(&path.to_string_lossy());
    if content.starts_with(&[0x30, 0x82]) && X509::from_der(content).is_ok() {
        let converted = quote::shell(&format!("{}.pem", path.to_string_lossy()));
        return Remedy::new(
            "convert the file to PEM, and name the converted one",
            [
                Step::new(Place::AppHost, "convert it")
                    .run(format!("openssl x509 -inform DER -in {file} -out {converted}"))
                    .undo(format!("rm {converted}")),
                Step::new(Place::AppConfig, "name the converted file").run(format!("sslrootcert={converted}")),
            ],
        );
    }
    Remedy::new(
        "replace the file with the authority's root certificate in PEM form",
        [
            Step::new(Place::AppHost, "see what the file is").run(format!("file {file}; head -n 1 {file}")),
            Step::new(
                Place::AppHost,
                "get the authority's root certificate anew, from the provider or from whoever made the server's certificate",
            ),
        ],
    )
}
