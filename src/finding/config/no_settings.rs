//! `config/no-settings`: nothing says where the database is.

use std::path::Path;

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::{Place as Where, Source};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "no-settings",
    severity: Severity::Fail,
    title: "no database settings found",
};

/// Nothing under any usual name. `beside` is an env file that is there and was not asked for.
#[must_use]
pub fn nothing(place: &Where, beside: Option<&Path>) -> Finding {
    let (title, searched) = match Source::given(place.clone()).file() {
        Some(path) => {
            let path = Foreign::new(path.to_string_lossy());
            (format!("{path} holds no database settings"), format!("the file {path}"))
        }
        None if *place == Where::Environment => (
            "no database settings in the environment".to_owned(),
            "this process's environment".to_owned(),
        ),
        None => (format!("no database settings in {}", place.described()), place.described()),
    };
    let mut finding = KIND.found(title).detail(format!(
        "No connection string was given, and {searched} has no variable that names a database: looked for DATABASE_URL, \
             SQLALCHEMY_DATABASE_URI and other names of URLs, then DB_*, DATABASE_*, POSTGRES_* and similar sets with a host or a database \
             name, then PGHOST, PGDATABASE, PGUSER and PGSERVICE. What is missing is either the setting itself, or the way to it from here."
    ));
    let mut steps = Vec::new();
    if let Some(path) = beside {
        let path = Foreign::new(path.to_string_lossy()).to_string();
        finding = finding.candidate(
            format!("the application reads the file {path}, which is not in this shell's environment"),
            "search its settings for load_dotenv, read_env or env_file; flask run reads it by itself",
        );
        let ask = format!("dbdoctor check --env-file {}", quote::shell(&path));
        steps.push(Step::new(Place::AppHost, "where the application reads that file, check what it says").run(ask));
    }
    if *place == Where::Environment {
        finding = finding.candidate(
            "the service has settings that this shell does not have",
            "ask for the service's own: --unit NAME, --pid PID or --container NAME",
        );
    }
    steps.push(Step::new(
        Place::AppConfig,
        "add DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE where the service gets its environment, then restart the service",
    ));
    finding
        .candidate(
            "the application reads another variable, or its settings stand in its code",
            "search them for os.environ or env(, then name the variable with --var; or ask the application itself: --django SETTINGS, --flask APP",
        )
        .candidate("the setting is missing for the application too", "look for a KeyError or ImproperlyConfigured in its log")
        .remedy(Remedy::new("say where the settings are, or add them", steps))
}
