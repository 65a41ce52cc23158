//! `config/application-fails`: the application does not get as far as its settings.

use std::path::Path;

use crate::application::{Raised, Runtime};
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::request::Asked;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "application-fails",
    severity: Severity::Fail,
    title: "the application stops with an error before it has its database settings",
};

/// What the code raised, and how it was run.
#[must_use]
pub fn found(asked: &Asked, raised: &Raised, runtime: &Runtime, environment: &str) -> Finding {
    let root = raised.root();
    let at = root
        .own_frame(runtime.directory())
        .or_else(|| raised.own_frame(runtime.directory()))
        .map(|frame| format!("{} line {}", shown(&frame.file), frame.line));
    let place = at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
    let mut finding = KIND
        .found(format!("{} stops{place}: {root}", asked.described()))
        .detail(format!(
            "{} was loaded by {} with {environment}, and raised an exception. The service would stop at the same place if it were started so.",
            asked.described(),
            runtime.described()
        ))
        .evidence(raised.to_string());
    if root != raised {
        finding = finding.evidence(format!("from {root}"));
    }
    let step = match (missing(root), root.kind.raw()) {
        (Some(variable), _) => Step::new(
            Place::AppConfig,
            format!("give {variable} its value where the service gets its environment, then restart the service"),
        ),
        (None, "ModuleNotFoundError") => module_missing(root, runtime),
        (None, _) => Step::new(
            Place::Code,
            format!("read the code{place}: what it needs, the service's environment does not give"),
        ),
    };
    finding.remedy(Remedy::new("give the application what it stops for", [step]))
}

fn shown(path: &Path) -> String {
    Foreign::new(path.to_string_lossy()).to_string()
}

/// The variable whose absence the exception tells: `KeyError: 'DATABASE_URL'`, django-environ's "Set the X environment variable".
fn missing(raised: &Raised) -> Option<Foreign> {
    let message = raised.message.raw();
    let name = match raised.kind.raw() {
        "KeyError" => message.trim_matches('\''),
        "ImproperlyConfigured" => message.strip_prefix("Set the ")?.strip_suffix(" environment variable")?,
        "UndefinedValueError" => message.split(' ').next()?,
        _ => return None,
    };
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(fits)).then(|| Foreign::new(name))
}

fn module_missing(raised: &Raised, runtime: &Runtime) -> Step {
    let python = runtime
        .python()
        .map_or_else(|| "python3".to_owned(), |path| quote::shell(&shown(path)));
    let name = raised.message.raw().split('\'').nth(1).unwrap_or_default();
    Step::new(
        Place::AppHost,
        format!(
            "install the package that has the module \"{}\" with {python} -m pip install, or name the directory that it is in with --project",
            Foreign::new(name)
        ),
    )
}
