//! `tls/client-key-unusable`

use std::io;
use std::path::Path;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "client-key-unusable",
    severity: Severity::Fail,
    title: "the client's key or certificate cannot be used",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("private key file \"{file}\" has group or world access"),
    Text::new("certificate present, but not private key file \"{file}\""),
    Text::new("could not load private key file \"{file}\""),
    Text::new("certificate does not match private key file \"{file}\""),
    Text::new("could not read certificate file \"{file}\""),
    Text::new("private key file \"{file}\" must be owned by the current user or root"),
    Text::new("pq: private key file has group or world access"),
    Text::new("pq: Private key file has group or world access"),
];

/// A file that cannot be read.
#[must_use]
pub fn unreadable(path: &Path, error: &io::Error) -> Finding {
    built(
        path,
        "cannot be read",
        &format!("{error}"),
        Step::new(Place::AppHost, "see whose it is").run(format!("namei -l {}", quote::shell(&path.to_string_lossy()))),
    )
}

/// The certificate has no key beside it.
#[must_use]
pub fn missing(certificate: &Path, key: Option<&Path>) -> Finding {
    let key = key.map_or_else(
        || "no path for it is known".to_owned(),
        |key| format!("\"{}\" does not exist", Foreign::new(key.to_string_lossy())),
    );
    built(
        certificate,
        "has no private key",
        &key,
        Step::new(Place::AppConfig, "set sslkey to the key that belongs to the certificate"),
    )
}

/// The key's permissions are wider than libpq allows.
#[must_use]
pub fn too_open(path: &Path, mode: u32) -> Finding {
    let step = Step::new(Place::AppHost, "close the key to everybody but its owner")
        .run(format!("chmod 600 {}", quote::shell(&path.to_string_lossy())))
        .undo(format!("chmod {mode:o} {}", quote::shell(&path.to_string_lossy())));
    built(
        path,
        "is open to others than its owner",
        &format!("mode {mode:04o}; libpq wants 0600 or less, or 0640 or less for a key of root's"),
        step,
    )
}

/// The file is not in a form that OpenSSL reads.
#[must_use]
pub fn not_pem(path: &Path, wanted: &str) -> Finding {
    built(
        path,
        &format!("holds no {wanted} that OpenSSL can read"),
        "not PEM, or damaged",
        Step::new(Place::AppHost, format!("replace it with the {wanted} in PEM form")),
    )
}

/// The key is encrypted.
#[must_use]
pub fn passphrase(path: &Path, given: bool) -> Finding {
    let (state, text) = if given {
        (
            "is encrypted, and sslpassword does not open it",
            "correct sslpassword in the settings",
        )
    } else {
        (
            "is encrypted, and the settings have no sslpassword",
            "set sslpassword in the settings",
        )
    };
    built(path, state, "the key asks for a passphrase", Step::new(Place::AppConfig, text))
}

/// Certificate and key are not a pair.
#[must_use]
pub fn mismatch(certificate: &Path, key: &Path) -> Finding {
    let other = Foreign::new(certificate.to_string_lossy());
    built(
        key,
        &format!("does not belong to the certificate \"{other}\""),
        "their public keys differ",
        Step::new(Place::AppConfig, "set sslkey to the key that the certificate was made for"),
    )
}

fn built(path: &Path, state: &str, seen: &str, step: Step) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    KIND.found(format!("the file \"{shown}\" {state}"))
        .detail("libpq refuses to connect with it. The server was not asked.")
        .evidence(format!("\"{shown}\": {seen}"))
        .remedy(Remedy::new("give the driver a certificate and key that it accepts", [step]))
}
