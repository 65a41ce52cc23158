//! `config/driver-mismatch`: the installed packages do not go with the URL.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::repaired::{self, Repaired};
use crate::settings::source::Source;
use crate::venv::Venv;
use crate::venv::version::Version;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "driver-mismatch",
    severity: Severity::Fail,
    title: "the driver and SQLAlchemy do not fit together",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("The asyncio extension requires an async driver to be used. The loaded"),
    Text::new("greenlet_spawn has not been called"),
];

/// SQLAlchemy loads a driver that is not installed, and another one is.
#[must_use]
pub fn default_driver(
    source: &Source,
    venv: &Venv,
    sqlalchemy: &Version,
    loaded: &str,
    installed: &str,
    repaired: &Repaired,
    certain: bool,
) -> Finding {
    let path = Foreign::new(venv.path.to_string_lossy());
    let package = if loaded == "psycopg" {
        "psycopg[binary]"
    } else {
        "psycopg2-binary"
    };
    let finding = KIND
        .found(format!("SQLAlchemy {sqlalchemy} loads {loaded} for postgresql://, and {path} has {installed}"))
        .severity(if certain { Severity::Fail } else { Severity::Warn })
        .detail(format!(
            "{source} names no driver. For postgresql://, SQLAlchemy {sqlalchemy} loads {loaded}{}. {path} has {installed} and not {loaded}: \
             create_engine stops with ModuleNotFoundError, unless the code puts a driver into the URL.",
            if loaded == "psycopg" { " (versions before 2.1 loaded psycopg2)" } else { "" }
        ))
        .evidence(format!("{path}: {}", venv.described()));
    let python = quote::shell(&format!("{path}/bin/python"));
    finding.remedy(Remedy::new(
        format!("name {installed} in the URL"),
        [
            repaired::step(source, repaired),
            Step::new(Place::AppHost, format!("or install {loaded} instead"))
                .run(format!("{python} -m pip install {}", quote::shell(package))),
        ],
    ))
}

/// The framework is older than the driver that the URL names, or the driver is too old for it.
#[must_use]
pub fn version(source: &Source, venv: &Venv, needs: &str, upgrade: &str) -> Finding {
    let path = Foreign::new(venv.path.to_string_lossy());
    let python = quote::shell(&format!("{path}/bin/python"));
    KIND.found(format!("{needs}, and {path} has another version"))
        .detail(format!("{source} is used with the packages in {path}, and {needs}."))
        .evidence(format!("{path}: {}", venv.described()))
        .remedy(Remedy::new(
            "bring the versions together",
            [Step::new(
                Place::AppHost,
                "with the virtual environment's own Python; try it where the tests run first",
            )
            .run(format!("{python} -m pip install --upgrade {}", quote::shell(upgrade)))],
        ))
}
