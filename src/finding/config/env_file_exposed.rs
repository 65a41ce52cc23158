//! `config/env-file-exposed`: every user of the host can read the password.

use std::path::Path;

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "env-file-exposed",
    severity: Severity::Warn,
    title: "every user of the host can read the env file",
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
        .detail(format!(
            "{shown} has mode {mode:04o} and holds settings with a password: every account of this host can read it."
        ))
        .evidence(format!("mode {mode:04o}"))
        .remedy(Remedy::new(
            "take the rights of others away",
            [Step::new(Place::AppHost, why)
                .run(format!("sudo chmod {mode_wanted} {quoted}"))
                .undo(format!("sudo chmod {mode:04o} {quoted}"))],
        ))
}
