//! `config/env-file-missing`: the env file is not there.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use std::path::Path;

use crate::foreign::Foreign;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "env-file-missing",
    severity: Severity::Fail,
    title: "the env file does not exist",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("Failed to load environment files: No such file or directory")];

/// There is no such file.
#[must_use]
pub fn found(path: &Path, error: &std::io::Error) -> Finding {
    let shown = Foreign::new(path.to_string_lossy());
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let directory = quote::shell(&Foreign::new(directory.to_string_lossy()).to_string());
    KIND.found(format!("the env file {shown} does not exist"))
        .detail(format!("{shown} cannot be opened: {error}. A service whose unit names it with EnvironmentFile= does not start; with EnvironmentFile=- it starts without these settings."))
        .evidence(error.to_string())
        .remedy(Remedy::new(
            "name the file that the service reads",
            [Step::new(Place::AppHost, "see what is there").run(format!("ls -la {directory}"))],
        ))
}
