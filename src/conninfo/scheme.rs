//! What kind of text a connection string is, by how it begins.

use std::ops::Range;

/// The form of a connection string, with where what follows `://` begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// `host=db user=app`
    Keywords,
    /// `postgresql://` or, `legacy`, `postgres://`: libpq reads it.
    Libpq { legacy: bool, body: usize },
    /// `postgresql+psycopg2://`: `SQLAlchemy` reads it, and refuses the `legacy` name `postgres+…`.
    SqlAlchemy { legacy: bool, driver: Range<usize>, body: usize },
    /// A name for PostgreSQL that dj-database-url or django-environ knows, or a plugin of `SQLAlchemy`.
    Alias { name: &'static str, body: usize },
    /// `POSTGRESQL://`, which libpq and `SQLAlchemy` refuse.
    UpperCase { body: usize },
    /// `jdbc:postgresql://`
    Jdbc { body: usize },
    /// `postgresql:/…` and `postgresql//…`: the colon or a slash is missing.
    BrokenSlashes { body: usize },
    /// Any `sqlite` scheme.
    Sqlite,
    /// Another scheme than PostgreSQL's; the range is its name.
    Other { name: Range<usize> },
    /// `app:…@db:5432/shop` or `db:5432/shop`: no scheme, and no keyword either.
    Bare,
}

/// Names for PostgreSQL that libpq does not know.
const ALIASES: &[&str] = &[
    "postgis",
    "pgsql",
    "psql",
    "timescale",
    "timescalegis",
    "timescaledb",
    "prometheus_postgresql",
    "cockroachdb",
    "cockroach",
    "redshift",
];

/// Says what form a connection string has.
#[must_use]
pub fn classify(text: &[u8]) -> Form {
    let Some(colon) = find(text, b"://").filter(|end| is_scheme(&text[..*end])) else {
        return without_scheme(text);
    };
    let body = colon + 3;
    let name = &text[..colon];
    let lower = String::from_utf8_lossy(name).to_ascii_lowercase();
    let upper = name.iter().any(u8::is_ascii_uppercase);
    if let Some(plus) = name.iter().position(|byte| *byte == b'+') {
        let driver = plus + 1..colon;
        return match &lower[..plus] {
            "postgresql" | "cockroachdb" | "redshift" if !upper => Form::SqlAlchemy {
                legacy: false,
                driver,
                body,
            },
            "postgres" if !upper => Form::SqlAlchemy {
                legacy: true,
                driver,
                body,
            },
            "postgresql" | "postgres" => Form::UpperCase { body },
            "sqlite" => Form::Sqlite,
            _ => Form::Other { name: 0..colon },
        };
    }
    match lower.as_str() {
        "postgresql" | "postgres" if upper => Form::UpperCase { body },
        "postgresql" => Form::Libpq { legacy: false, body },
        "postgres" => Form::Libpq { legacy: true, body },
        "jdbc:postgresql" => Form::Jdbc { body },
        "sqlite" | "sqlite3" | "spatialite" | "file" => Form::Sqlite,
        _ => match ALIASES.iter().find(|alias| **alias == lower) {
            Some(name) => Form::Alias { name, body },
            None => Form::Other { name: 0..colon },
        },
    }
}

fn without_scheme(text: &[u8]) -> Form {
    for name in ["postgresql", "postgres"] {
        let Some(rest) = text.strip_prefix(name.as_bytes()) else { continue };
        let separators = rest.iter().take_while(|byte| matches!(byte, b':' | b'/')).count();
        if separators > 0 && !rest[separators..].is_empty() {
            return Form::BrokenSlashes {
                body: name.len() + separators,
            };
        }
    }
    if text.starts_with(b"sqlite:") || text.ends_with(b".sqlite3") || text.ends_with(b".sqlite") {
        return Form::Sqlite;
    }
    let head = text.split(|byte| *byte == b'=').next().unwrap_or_default();
    let keyword_first = head.len() < text.len()
        && head
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b' ' | b'\t'..=b'\r'));
    let address_like = text.iter().any(|byte| matches!(byte, b'@' | b':' | b'/'));
    if keyword_first || !address_like {
        Form::Keywords
    } else {
        Form::Bare
    }
}

/// Letters, digits and `+-._`, and a colon for JDBC's double scheme; what a URL can begin with.
fn is_scheme(name: &[u8]) -> bool {
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-._:".contains(byte))
        && (!name.contains(&b':') || name.to_ascii_lowercase().starts_with(b"jdbc:"))
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}
