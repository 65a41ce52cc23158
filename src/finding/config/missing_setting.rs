//! `config/missing-setting`: a setting is named and has no value.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "missing-setting",
    severity: Severity::Fail,
    title: "a database setting has no value",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("KeyError: 'DATABASE_URL'"),
    Text::new("KeyError: 'SQLALCHEMY_DATABASE_URI'"),
    Text::new("KeyError: 'SQLALCHEMY_DATABASE_URL'"),
    Text::new("KeyError: 'POSTGRES_URL'"),
    Text::new("KeyError: 'POSTGRES_PASSWORD'"),
    Text::new("KeyError: 'POSTGRES_HOST'"),
    Text::new("KeyError: 'POSTGRES_USER'"),
    Text::new("KeyError: 'POSTGRES_DB'"),
    Text::new("KeyError: 'PGPASSWORD'"),
    Text::new("KeyError: 'PGHOST'"),
    Text::new("KeyError: 'DB_PASSWORD'"),
    Text::new("KeyError: 'DB_HOST'"),
    Text::new("KeyError: 'DB_NAME'"),
    Text::new("KeyError: 'DB_USER'"),
    Text::new("Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set"),
    Text::new("Neither SQLALCHEMY_DATABASE_URI nor SQLALCHEMY_BINDS is set"),
    Text::new("settings.DATABASES is improperly configured. {_}supply the ENGINE value"),
    Text::new("settings.DATABASES is improperly configured. {_}supply the NAME"),
    Text::new("Set the DATABASE_URL environment variable"),
    Text::new("No DATABASE_URL environment variable set, and so no databases setup"),
    Text::new("DATABASE_URL not found. Declare it as envvar or define a default value"),
    Text::new("missing \"=\" after \"None\" in connection info string"),
    Text::new("missing \"=\" after \"null\" in connection info string"),
    Text::new("missing \"=\" after \"undefined\" in connection info string"),
    Text::new("invalid configuration <- both host and hostaddr are missing"),
    Text::new("invalid configuration: both host and hostaddr are missing"),
    Text::new("DATABASE_URL environment variable is not set"),
    Text::new("Environment variable not found: DATABASE_URL"),
    Text::new("Failed to configure a DataSource: 'url' attribute is not specified"),
];

/// The variable is there and empty.
#[must_use]
pub fn empty(source: &Source) -> Finding {
    let name = source.subject();
    KIND.found(format!("{name} is empty"))
        .detail(format!(
            "{source} is set to an empty text. SQLAlchemy and dj-database-url refuse it; libpq and asyncpg accept it and connect to the local \
             socket as the user of the operating system, which is hardly what is meant."
        ))
        .evidence(source.line(""))
        .remedy(set_it(&name))
}

/// Django's settings have no database.
#[must_use]
pub fn engine(source: &Source) -> Finding {
    KIND.found(format!("{} names no engine", source.subject()))
        .detail(format!(
            "{source} has no ENGINE, so that Django has no database: it stops at the first query with \"settings.DATABASES is improperly configured. \
             Please supply the ENGINE value.\" dj-database-url leaves the entry empty where the variable that it reads is not set."
        ))
        .candidate("the variable that the settings read is not set", "look at what the service's environment has: dbdoctor env")
        .candidate("DATABASES stands in a settings module that is not the one asked", "compare it with DJANGO_SETTINGS_MODULE in wsgi.py and in the unit")
        .remedy(set_it(&source.subject()))
}

/// The value is the word that stands for "no value".
#[must_use]
pub fn nothing(source: &Source, word: &'static str) -> Finding {
    let name = source.subject();
    KIND.found(format!("{name} holds the word \"{word}\""))
        .detail(format!(
            "{source} holds the word \"{word}\", which is what a template or a program writes for a variable that is unset. No parser reads it as \
             a connection."
        ))
        .evidence(source.line(word))
        .remedy(set_it(&name))
}

/// The variable that was asked for is not there.
#[must_use]
pub fn absent(name: &str, source: &Source) -> Finding {
    KIND.found(format!("the variable \"{name}\" is not set"))
        .detail(format!("{source} was asked for with --var, and is not there."))
        .candidate("the name is spelt otherwise", "compare it with the application's settings")
        .candidate(
            "the service has it and this shell does not",
            "give the file of its unit's EnvironmentFile= with --env-file",
        )
        .remedy(set_it(name))
}

/// A set of variables lacks a part that some frameworks insist on.
#[must_use]
pub fn part(source: &Source, variable: &str, consequence: &str) -> Finding {
    KIND.found(format!("{variable} is not set beside {}", source.subject()))
        .severity(Severity::Warn)
        .detail(format!(
            "{source} say where to connect, and {variable} is missing: {consequence}. The application may have a default of its own in its code."
        ))
        .remedy(set_it(variable))
}

/// libpq verifies the host name of the certificate and has only an address.
#[must_use]
pub fn host_name(source: &Source) -> Finding {
    KIND.found("sslmode=verify-full has no host name to verify")
        .detail(format!(
            "{source} gives hostaddr and no host. With sslmode=verify-full libpq compares the certificate with the host name, and refuses to \
             connect without one."
        ))
        .remedy(Remedy::new(
            "add the host name",
            [Step::new(
                Place::AppConfig,
                "add host= with the name in the server's certificate; hostaddr stays the address that is used",
            )],
        ))
}

fn set_it(name: &str) -> Remedy {
    Remedy::new(
        format!("set {name}"),
        [Step::new(
            Place::AppConfig,
            format!("give {name} its value where the service gets its environment, then restart the service"),
        )],
    )
}
