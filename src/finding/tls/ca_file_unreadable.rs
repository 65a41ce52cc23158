//! `tls/ca-file-unreadable`

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
    slug: "ca-file-unreadable",
    severity: Severity::Fail,
    title: "the root certificate file cannot be read",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not read root certificate file \"{file}\": Permission denied"),
    Text::new("could not read root certificate file \"{file}\": {_}"),
    Text::new("failed to configure TLS (unable to read CA file: open {file}: permission denied"),
    Text::new("failed to configure TLS: unable to read CA file: open {file}: permission denied"),
];

/// The file, with the system's words.
#[must_use]
pub fn finding(path: &Path, error: &io::Error) -> Finding {
    let shell = quote::shell(&path.to_string_lossy());
    let shown = Foreign::new(path.to_string_lossy());
    KIND.found(format!("the root certificate file \"{shown}\" cannot be read"))
        .detail("libpq refuses to connect when it cannot read that file. The server was not asked.")
        .evidence(format!("\"{shown}\": {error}"))
        .remedy(Remedy::new(
            "make the file readable for the service's user",
            [
                Step::new(Place::AppHost, "see whose the file and its directories are").run(format!("namei -l {shell}")),
                Step::new(Place::AppHost, "root certificates are no secret: let everybody read the file")
                    .run(format!("chmod a+r {shell}"))
                    .actor("the file's owner or root"),
            ],
        ))
}
