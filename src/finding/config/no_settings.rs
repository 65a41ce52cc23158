//! `config/no-settings`: nothing says where the database is.

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::{Place as Where, Source};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "no-settings",
    severity: Severity::Fail,
    title: "no database settings found",
};

/// Nothing under any usual name.
#[must_use]
pub fn nothing(place: &Where) -> Finding {
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
    KIND.found(title)
        .detail(format!(
            "No connection string was given, and {searched} has no variable that names a database: looked for DATABASE_URL, \
             SQLALCHEMY_DATABASE_URI and other names of URLs, then DB_*, DATABASE_*, POSTGRES_* and similar sets with a host or a database \
             name, then PGHOST, PGDATABASE, PGUSER and PGSERVICE. What is missing is either the setting itself, or the way to it from here."
        ))
        .candidate(
            "the service has settings that this shell does not have",
            "look at EnvironmentFile= and Environment= of the unit, then give that file to dbdoctor with --env-file",
        )
        .candidate(
            "the application reads another variable",
            "search its settings for os.environ or env(, then name the variable with --var",
        )
        .candidate("the setting is missing for the application too", "look for a KeyError or ImproperlyConfigured in its log")
        .remedy(Remedy::new(
            "say where the settings are, or add them",
            [Step::new(
                Place::AppConfig,
                "add DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE where the service gets its environment, then restart the service",
            )],
        ))
}
