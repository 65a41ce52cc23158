//! `config/unknown-parameter`: a parameter that the driver refuses.

use crate::conninfo::keyword;
use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "unknown-parameter",
    severity: Severity::Fail,
    title: "a connection parameter is one that the driver does not know",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("invalid URI query parameter: \"{parameter}\""),
    Text::new("invalid connection option \"{parameter}\""),
    Text::new("invalid dsn: invalid connection option \"{parameter}\""),
    Text::new("connect() got an unexpected keyword argument 'sslmode'"),
    Text::new("connect() got an unexpected keyword argument 'connect_timeout'"),
    Text::new("connect() got an unexpected keyword argument 'channel_binding'"),
    Text::new("connect() got an unexpected keyword argument 'options'"),
    Text::new("connect() got an unexpected keyword argument 'sslrootcert'"),
    Text::new("connect() got an unexpected keyword argument 'sslcert'"),
    Text::new("connect() got an unexpected keyword argument 'sslkey'"),
    Text::new("connect() got an unexpected keyword argument 'gssencmode'"),
    Text::new("connect() got an unexpected keyword argument 'target_session_attrs'"),
    Text::new("connect() got an unexpected keyword argument 'application_name'"),
    Text::new("connect() got an unexpected keyword argument 'sslnegotiation'"),
    Text::new("connect() got an unexpected keyword argument 'pgbouncer'"),
    Text::new("connect() got an unexpected keyword argument 'schema'"),
    Text::new("connect() got an unexpected keyword argument 'hostaddr'"),
    Text::new("connect() got an unexpected keyword argument 'service'"),
    Text::new("unknown option `{parameter}`"),
];

/// Who refuses the parameter, and how grave that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// libpq, in every version so far.
    Libpq,
    /// libpq before this major version.
    LibpqBefore(u8),
    /// asyncpg's `connect`, which takes the parameter for an argument.
    Asyncpg,
}

/// Parameters that dj-database-url or django-environ take out of the URL before libpq sees it.
const LIFTED_BY_DJANGO: &[&str] = &[
    "conn_max_age",
    "conn_health_checks",
    "atomic_requests",
    "autocommit",
    "disable_server_side_cursors",
];

/// A parameter that a reader refuses; `name` is `None` where it may be a piece of a password.
#[must_use]
pub fn found(source: &Source, name: Option<&Foreign>, reader: Reader) -> Finding {
    let subject = source.subject();
    let shown = name.map_or_else(
        || "a parameter (not shown, since it may be a piece of a password)".to_owned(),
        |name| format!("\"{name}\""),
    );
    let raw = name.map_or("", Foreign::raw);
    let lifted = LIFTED_BY_DJANGO.contains(&raw);
    let (who, says) = match reader {
        Reader::Libpq => (
            "libpq".to_owned(),
            format!("invalid URI query parameter or connection option: {shown}"),
        ),
        Reader::LibpqBefore(major) => (
            format!("libpq before version {major}"),
            format!("invalid connection option: {shown}"),
        ),
        Reader::Asyncpg => (
            "asyncpg".to_owned(),
            format!("connect() got an unexpected keyword argument: {shown}"),
        ),
    };
    let mut finding = KIND.found(format!("{subject} has a parameter that {who} does not know: {shown}"));
    if lifted || matches!(reader, Reader::LibpqBefore(_)) {
        finding = finding.severity(Severity::Warn);
    }
    let lifted = if lifted {
        " django-environ and dj-database-url take it for a setting of Django before libpq sees it; the check goes on without it."
    } else {
        ""
    };
    finding
        .detail(format!(
            "{source} has {shown}. {who} refuses the whole connection string for it.{lifted}"
        ))
        .evidence(says)
        .remedy(Remedy::new(
            "remove or rename the parameter",
            [Step::new(Place::AppConfig, advice(raw, reader))],
        ))
}

fn advice(name: &str, reader: Reader) -> String {
    match (name, reader) {
        ("sslmode", Reader::Asyncpg) => "write ssl= instead of sslmode=, with the same value: ssl=require".to_owned(),
        ("", _) => "look for a raw \"&\", \"?\" or blank in a value, or for a name that libpq does not have".to_owned(),
        (name, Reader::Asyncpg) => format!("remove {name}, or pass it in connect_args in asyncpg's own spelling"),
        ("ssl" | "ssl_mode" | "sslaccept", _) => "write sslmode=require (or verify-full with sslrootcert) in its place".to_owned(),
        ("schema" | "currentSchema" | "search_path", _) => {
            "remove it; where the application needs the schema, write options=-c%20search_path%3D and the schema's name".to_owned()
        }
        ("pgbouncer" | "connection_limit" | "pool_timeout" | "socket_timeout" | "statement_cache_size", _) => {
            format!("remove {name}: it is Prisma's, and means nothing to a PostgreSQL driver of Python")
        }
        ("database", _) => "write dbname= instead, or put the name after the host".to_owned(),
        ("username", _) => "write user= instead".to_owned(),
        ("timeout", _) => "write connect_timeout= instead, in seconds".to_owned(),
        (name, _) => match keyword::nearest(name) {
            Some(near) if near.name != name => format!("write {}= instead, if that is what is meant; else remove it", near.name),
            _ => format!("remove {name}"),
        },
    }
}
