//! `config/legacy-scheme`: a name for PostgreSQL that not every library reads.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::Remedy;
use crate::settings::repaired::{self, Repaired};
use crate::settings::source::Source;
use crate::venv::version::Version;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "legacy-scheme",
    severity: Severity::Warn,
    title: "the scheme is one that not every library reads",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Can't load plugin: sqlalchemy.dialects:postgres"),
    Text::new("Can't load plugin: sqlalchemy.dialects:postgis"),
    Text::new("Can't load plugin: sqlalchemy.dialects:POSTGRESQL"),
    Text::new("Can't load plugin: sqlalchemy.dialects:timescale"),
    Text::new("Can't load plugin: sqlalchemy.dialects:timescaledb"),
    Text::new("Can't load plugin: sqlalchemy.dialects:pgsql"),
    Text::new("Can't load plugin: sqlalchemy.dialects:timescalegis"),
    Text::new("Can't load plugin: sqlalchemy.dialects:postgres.psycopg2"),
    Text::new("missing \"=\" after \"postgis://{secret}\" in connection info string"),
    Text::new("missing \"=\" after \"pgsql://{secret}\" in connection info string"),
    Text::new("missing \"=\" after \"timescale://{secret}\" in connection info string"),
    Text::new("missing \"=\" after \"timescalegis://{secret}\" in connection info string"),
    Text::new("missing \"=\" after \"cockroachdb://{secret}\" in connection info string"),
    Text::new("missing \"=\" after \"cockroach://{secret}\" in connection info string"),
    Text::new("missing \"=\" after \"postgres+psycopg2://{secret}\" in connection info string"),
    Text::new("missing \"=\" after \"postgresql+{driver}://{secret}\" in connection info string"),
    Text::new("invalid DSN: scheme is expected to be either \"postgresql\" or \"postgres\", got 'postgresql+{driver}'"),
    Text::new("UnknownSchemeError: Scheme 'postgresql+{driver}://' is unknown"),
    Text::new("UnknownSchemeError: Scheme '{scheme}://' is unknown"),
];

/// `postgres://`: fine for libpq. SQLAlchemy's own variable makes it more than worth knowing.
#[must_use]
pub fn postgres(source: &Source, repaired: &Repaired) -> Finding {
    let subject = source.subject();
    let for_sqlalchemy = subject.contains("SQLALCHEMY");
    KIND.found(format!("{subject} begins with postgres://"))
        .severity(if for_sqlalchemy { Severity::Warn } else { Severity::Info })
        .detail(format!(
            "{source} begins with postgres://. libpq, psycopg, asyncpg, dj-database-url and django-environ read it. SQLAlchemy 1.4 and later refuses \
             it (Can't load plugin: sqlalchemy.dialects:postgres), unless the application replaces it."
        ))
        .remedy(remedy(source, repaired))
}

/// `postgres://`, and SQLAlchemy of a version that refuses it is what the service has.
#[must_use]
pub fn refused_by(source: &Source, repaired: &Repaired, sqlalchemy: &Version) -> Finding {
    KIND.found(format!("SQLAlchemy {sqlalchemy} refuses the postgres:// of {}", source.subject()))
        .severity(Severity::Fail)
        .detail(format!(
            "{source} begins with postgres://. The virtual environment has SQLAlchemy {sqlalchemy}, which has no dialect of that name since 1.4 \
             (Can't load plugin: sqlalchemy.dialects:postgres), and no code of the project mentions the scheme to replace it."
        ))
        .remedy(remedy(source, repaired))
}

/// `postgres+driver://`: only SQLAlchemy has drivers in a scheme, and it refuses this name.
#[must_use]
pub fn postgres_with_driver(source: &Source, repaired: &Repaired) -> Finding {
    KIND.found(format!("{} begins with postgres+, which SQLAlchemy refuses", source.subject()))
        .severity(Severity::Fail)
        .detail(format!(
            "{source} names a driver, which only SQLAlchemy reads, and the dialect \"postgres\", which SQLAlchemy since 1.4 no longer has (Can't \
             load plugin: sqlalchemy.dialects:postgres)."
        ))
        .remedy(remedy(source, repaired))
}

/// A name that only some libraries know.
#[must_use]
pub fn alias(source: &Source, name: &'static str, repaired: &Repaired) -> Finding {
    let readers = match name {
        "cockroachdb" | "redshift" => "dj-database-url (cockroach, redshift) and SQLAlchemy with the plugin of that name read it",
        _ => "dj-database-url and django-environ read such names and choose the engine by them",
    };
    KIND.found(format!("{} begins with {name}://", source.subject()))
        .detail(format!(
            "{source} begins with {name}://. {readers}; libpq, psycopg, asyncpg and plain SQLAlchemy refuse it. The check goes on as if it were \
             postgresql://."
        ))
        .remedy(Remedy::new(
            "where the application hands the URL to psycopg or SQLAlchemy, write postgresql://",
            [repaired::step(source, repaired)],
        ))
}

fn remedy(source: &Source, repaired: &Repaired) -> Remedy {
    Remedy::new("write postgresql://", [repaired::step(source, repaired)])
}
