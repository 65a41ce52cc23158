//! `config/passfile-ignored`: libpq ignores the password file.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use std::path::Path;

use crate::foreign::Foreign;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "passfile-ignored",
    severity: Severity::Warn,
    title: "libpq ignores the password file",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("WARNING: password file \"{file}\" has group or world access"),
    Text::new("WARNING: password file \"{file}\" is not a plain file"),
];

/// The file has a password for this connection, and libpq does not take it.
#[must_use]
pub fn found(path: &Path, why: &str, line: Option<usize>) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let quoted = quote::shell(&shown.to_string());
    let fits = line.map_or_else(String::new, |line| format!(" Line {line} has a password for this connection."));
    KIND.found(format!("libpq ignores {shown}: {why}"))
        .detail(format!(
            "No other setting gives a password, and {shown} is ignored by libpq: {why}.{fits}"
        ))
        .remedy(Remedy::new(
            "make it a plain file that its owner alone may read",
            [Step::new(Place::AppHost, "take the rights of group and others away").run(format!("chmod 600 {quoted}"))],
        ))
}

/// There it is, and nothing of it can be read.
#[must_use]
pub fn unread(path: &Path, error: &std::io::Error) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    KIND.found(format!("the password file {shown} cannot be read: {error}"))
        .detail("No other setting gives a password, and libpq passes over a password file that it cannot open without a word.")
        .remedy(Remedy::new(
            "make it a short file that the application's user may read",
            [Step::new(Place::AppHost, "see whose it is and how long").run(format!("ls -l {}", quote::shell(&shown.to_string())))],
        ))
}
