//! `config/not-postgres`: the settings name another kind of server.

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "not-postgres",
    severity: Severity::Fail,
    title: "the settings name another kind of server than PostgreSQL",
};

/// A scheme of something else.
#[must_use]
pub fn scheme(source: &Source, scheme: &[u8]) -> Finding {
    let subject = source.subject();
    let scheme = Foreign::from_bytes(scheme);
    let meant = match scheme.raw().to_ascii_lowercase().split(['+', ':']).next().unwrap_or_default() {
        "mysql" | "mariadb" => "MySQL's or MariaDB's",
        "redis" | "rediss" | "valkey" => "Redis'",
        "mongodb" => "MongoDB's",
        "mssql" => "SQL Server's",
        "oracle" => "Oracle's",
        "amqp" | "amqps" => "a message broker's",
        "http" | "https" => "a web server's",
        "driver" => "the one of Alembic's untouched template",
        _ => "not PostgreSQL's",
    };
    KIND.found(format!("{subject} has the scheme \"{scheme}\""))
        .detail(format!(
            "{source} begins with \"{scheme}://\", which is {meant}. No PostgreSQL driver reads it."
        ))
        .candidate(
            "the value is another service's",
            "compare it with the variable that the application reads",
        )
        .candidate("the value is an example that was never replaced", "look where the value is set")
        .remedy(write_url(&subject))
}

/// The engine of Django's settings.
#[must_use]
pub fn engine(source: &Source, engine: &[u8]) -> Finding {
    let engine = Foreign::from_bytes(engine);
    let subject = source.subject();
    KIND.found(format!("{subject} names the engine \"{engine}\""))
        .detail(format!("{source} names the engine \"{engine}\", which is not PostgreSQL's."))
        .remedy(Remedy::new(
            "name PostgreSQL's engine",
            [Step::new(Place::AppConfig, "Django's name for it").run(format!("{subject}=django.db.backends.postgresql"))],
        ))
}

fn write_url(subject: &str) -> Remedy {
    Remedy::new(
        format!("set {subject} to the PostgreSQL URL"),
        [Step::new(
            Place::AppConfig,
            format!("write {subject} as postgresql://USER:PASSWORD@HOST:5432/DATABASE"),
        )],
    )
}
