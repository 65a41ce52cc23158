//! `config/env-file-unreadable`: the doctor may not read the env file.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
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
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("Failed to load environment files: Permission denied")];

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

/// The file is there, and is nothing that holds settings: `why` is `holds NUL bytes: it is no text`.
#[must_use]
pub fn unfit(path: &Path, why: &str) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let quoted = quote::shell(&shown.to_string());
    KIND.found(format!("{shown} {why}"))
        .detail(format!(
            "{shown} was named as a file of settings, and {why}. Nothing was read from it."
        ))
        .evidence(format!("{shown} {why}"))
        .remedy(Remedy::new(
            "name the file that holds the settings",
            [Step::new(Place::AppHost, "see what is there").run(format!("ls -la {quoted}"))],
        ))
}

/// The environment of a process is closed to us.
#[must_use]
pub fn process(pid: u32, error: &std::io::Error, command: &str) -> Finding {
    KIND.found(format!("the environment of process {pid} cannot be read"))
        .detail(format!(
            "/proc/{pid}/environ cannot be read: {error}. Only root and the process's own user may see with which environment a process was started."
        ))
        .evidence(error.to_string())
        .remedy(Remedy::new(
            "run the doctor as a user who may read it",
            [Step::new(Place::AppHost, "the same with root's rights").run(format!("sudo {command}"))],
        ))
}

/// The project's own file is closed to the user of the service, who has to read it itself.
#[must_use]
pub fn by_user(path: &Path, user: &str, mode: u32) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let quoted = quote::shell(&shown.to_string());
    let user = Foreign::new(user);
    KIND.found(format!("the service's user \"{user}\" may not read {shown}"))
        .severity(Severity::Warn)
        .detail(format!(
            "{shown} has mode {mode:04o} and is closed to \"{user}\", as whom the service runs. If the application loads the file itself (load_dotenv), \
             it stops with PermissionError; if only systemd reads it, as root, nothing is wrong."
        ))
        .evidence(format!("mode {mode:04o}, and neither its owner nor its group is \"{user}\""))
        .remedy(Remedy::new(
            "let the service's user read it",
            [Step::new(Place::AppHost, "give the file to the service's user")
                .run(format!("sudo chown {} {quoted}", quote::shell(user.raw())))],
        ))
}
