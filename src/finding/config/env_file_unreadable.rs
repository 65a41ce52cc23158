//! `config/env-file-unreadable`: the doctor may not read the env file.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use std::path::Path;

use crate::foreign::Foreign;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "env-file-unreadable",
    severity: Severity::Fail,
    title: "the env file cannot be read",
    explanation: Explanation {
        meaning: "The file exists, and the user who runs the doctor may not read it. The service may still have its settings, since systemd reads env files as root.",
        tell: "The error is the operating system's: Permission denied.",
        causes: &[
            "the file is root's, with mode 0600, as it should be, and the doctor runs as somebody else",
            "a directory above it is closed",
            "the service itself reads the file as its own user and may not",
        ],
        fixes: &[
            "run the doctor with sudo",
            "where the application itself reads the file: chgrp to its group and chmod 640",
        ],
        mistaken_for: "A missing file.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Failed to load environment files: Permission denied"),
];

/// The file is there and closed to us.
#[must_use]
pub fn found(path: &Path, error: &std::io::Error, command: &str) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let quoted = quote::shell(&shown.to_string());
    KIND.found(format!("the env file {shown} cannot be read"))
        .detail(format!(
            "{shown} cannot be read: {error}. That is a limit of the user who runs the doctor; whether the service may read it is another question: \
             systemd reads EnvironmentFile= as root, an application that loads the file itself reads it as its own user."
        ))
        .evidence(error.to_string())
        .remedy(Remedy::new(
            "run the doctor as a user who may read it",
            [
                Step::new(Place::AppHost, "the same check with root's rights").run(format!("sudo {command}")),
                Step::new(Place::AppHost, "see who may read it").run(format!("sudo ls -la {quoted}")),
            ],
        ))
}
