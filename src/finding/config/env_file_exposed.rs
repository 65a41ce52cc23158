//! `config/env-file-exposed`: every user of the host can read the password.

use std::path::Path;

use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "env-file-exposed",
    severity: Severity::Warn,
    title: "every user of the host can read the env file",
    explanation: Explanation {
        meaning: "The file holds a database password, and its mode lets every account of the host read it: any other service that is broken into has the database too.",
        tell: "The last digit of the file's mode is 4 or more.",
        causes: &["the file was written with the usual umask 022", "a deploy tool copies files with mode 0644"],
        fixes: &[
            "chmod 600 where systemd reads the file: it does so as root, whatever User= says",
            "chgrp to the service's group and chmod 640 where the application reads the file itself",
        ],
        mistaken_for: "A file that the service could not read otherwise: systemd reads EnvironmentFile= as root.",
    },
};

/// The file's mode lets everybody read it. `by_systemd` says that only systemd needs to.
#[must_use]
pub fn found(path: &Path, mode: u32, by_systemd: bool) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let quoted = quote::shell(&shown.to_string());
    let (mode_wanted, why) = if by_systemd {
        ("600", "systemd reads it as root, so that nobody else needs to")
    } else {
        ("640", "its group stays able to read it: make that the service's group")
    };
    KIND.found(format!("every user of this host can read {shown}, which holds a password"))
        .detail(format!("{shown} has mode {mode:04o} and holds settings with a password: every account of this host can read it."))
        .evidence(format!("mode {mode:04o}"))
        .remedy(Remedy::new(
            "take the rights of others away",
            [Step::new(Place::AppHost, why)
                .run(format!("sudo chmod {mode_wanted} {quoted}"))
                .undo(format!("sudo chmod {mode:04o} {quoted}"))],
        ))
}
