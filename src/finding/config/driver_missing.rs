//! `config/driver-missing`: the virtual environment has no driver for the URL.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::venv::Venv;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "driver-missing",
    severity: Severity::Fail,
    title: "a driver, or what it needs, is not installed for this Python",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("No module named 'psycopg2'"),
    Text::new("No module named 'psycopg'"),
    Text::new("No module named 'asyncpg'"),
    Text::new("No module named 'pg8000'"),
    Text::new("No module named 'psycopg2._psycopg'"),
    Text::new("No module named 'aiopg'"),
    Text::new("Error loading psycopg2 or psycopg module"),
    Text::new("Error loading psycopg2 module"),
    Text::new("the Python 'greenlet' library is installed"),
    Text::new("Can't load plugin: sqlalchemy.dialects:postgresql.{driver}"),
    Text::new("no pq wrapper available"),
    Text::new("pg_config executable not found"),
    Text::new("the greenlet library is required to use this function"),
    Text::new("sql: unknown driver \"postgres\" (forgotten import?)"),
    Text::new("sql: unknown driver \"pgx\" (forgotten import?)"),
    Text::new("PDOException: could not find driver"),
    Text::near_driver("could not find driver"),
    Text::new("Call to undefined function pg_connect()"),
    Text::new("No suitable driver found for jdbc:postgresql"),
    Text::new("ClassNotFoundException: org.postgresql.Driver"),
    Text::new("Cannot load driver class: org.postgresql.Driver"),
    Text::new("Cannot find module 'pg'"),
    Text::new("Please install pg package manually"),
    Text::new("Postgres package has not been found installed"),
    Text::new("could not load the 'postgresql' Active Record adapter"),
    Text::new("Specified 'postgresql' for database adapter, but the gem is not loaded"),
    Text::new("Can't locate DBD/Pg.pm in @INC"),
    Text::new("QSqlDatabase: QPSQL driver not loaded"),
    Text::new("Error loading the 'postgresql' Active Record adapter"),
];

/// The driver that is wanted, the package that has it, and who wants it: `DATABASE_URL names psycopg2`.
#[must_use]
pub fn found(venv: &Venv, driver: &str, package: &str, wanted_by: &str) -> Finding {
    let path = Foreign::new(venv.path.to_string_lossy());
    let pip = quote::shell(&format!("{path}/bin/python"));
    let driver = Foreign::new(driver);
    KIND.found(format!("{path} has no {driver}"))
        .detail(format!(
            "{wanted_by}, and the virtual environment {path} has no package that provides {driver}. The import fails there, whatever the database says."
        ))
        .evidence(format!("{path}: {}", venv.described()))
        .remedy(Remedy::new(
            format!("install {package} there"),
            [Step::new(Place::AppHost, "with the virtual environment's own Python, as the user who owns it; then restart the service")
                .run(format!("{pip} -m pip install {}", quote::shell(package)))],
        ))
}
