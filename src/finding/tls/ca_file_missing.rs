//! `tls/ca-file-missing`

use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::target::{RootCert, SslMode, TlsSettings};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "ca-file-missing",
    severity: Severity::Fail,
    title: "the root certificate file does not exist",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("root certificate file \"{file}\" does not exist"),
    Text::new("Could not open SSL root certificate file {file}."),
    Text::new("could not get home directory to locate root certificate file"),
    Text::new("failed to configure TLS (unable to read CA file: open {file}: no such file or directory"),
    Text::new("failed to configure TLS: unable to read CA file: open {file}: no such file or directory"),
    Text::near_driver("BIO_new_file:{_}:calling fopen({file}, r)"),
];

/// The missing file.
#[must_use]
pub fn finding(path: &Path, settings: &TlsSettings) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let named = match &settings.root_cert {
        RootCert::Named(_) => "sslrootcert names it",
        RootCert::System | RootCert::Default(_) => {
            "it is libpq's default, since the settings name no sslrootcert; the service may have another home directory"
        }
    };
    KIND.found(format!(
        "the root certificate file \"{shown}\" does not exist, and sslmode={} needs it",
        settings.mode.name()
    ))
    .detail(format!(
        "The file is not there ({named}). libpq refuses to connect without it; the server was not asked."
    ))
    .evidence(format!("\"{shown}\": no such file"))
    .remedy(remedy())
}

/// There is no home directory to look in.
#[must_use]
pub fn no_home(mode: SslMode) -> Finding {
    KIND.found(format!(
        "there is no root certificate file: sslmode={} needs one, sslrootcert is not set, and there is no home directory",
        mode.name()
    ))
    .detail("libpq would look for .postgresql/root.crt in the home directory, and there is none. The server was not asked.")
    .remedy(remedy())
}

fn remedy() -> Remedy {
    Remedy::new(
        "name the file with the authority's root certificate",
        [
            Step::new(
                Place::AppHost,
                "put the root certificate of the server's authority where the service's user can read it",
            ),
            Step::new(Place::AppConfig, "name that file: sslrootcert=/path/to/root.crt"),
        ],
    )
}
