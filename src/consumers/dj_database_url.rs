//! dj-database-url 3: Python's `urlsplit`, then the settings of Django.

use super::django::Settings;
use super::python::number::{int, is_digit};
use super::python::query::{grouped, pairs};
use super::python::quoting::unquote;
use super::python::split::{shown_scheme, urlsplit};
use super::python::{ValueError, netloc};
use super::reading::{Reading, Refusal};

/// Schemes whose engine speaks with PostgreSQL, or with one of its kin.
const SCHEMES: &[&str] = &[
    "postgres",
    "postgresql",
    "pgsql",
    "postgis",
    "redshift",
    "timescale",
    "timescalegis",
    "cockroach",
];

/// Schemes of other databases.
const FOREIGN_SCHEMES: &[&str] = &[
    "spatialite",
    "mysql-connector",
    "mysqlgis",
    "oraclegis",
    "sqlite",
    "oracle",
    "mssqlms",
    "mssql",
    "mysql",
    "mysql2",
];

/// Reads a URL, up to where Django would contact a server.
///
/// # Errors
///
/// Where dj-database-url, Django, or libpq behind it, refuses.
pub fn read(text: &[u8]) -> Result<Reading, Refusal> {
    parse(text)?.connect()
}

/// The settings that dj-database-url makes of a URL.
///
/// # Errors
///
/// Where it refuses.
pub fn parse(text: &[u8]) -> Result<Settings, Refusal> {
    if text == b"sqlite://:memory:" {
        return Err(foreign("sqlite"));
    }
    let split = urlsplit(text).map_err(|_| parse_error())?;
    if FOREIGN_SCHEMES.contains(&split.scheme.as_str()) {
        return Err(foreign(&split.scheme));
    }
    if !SCHEMES.contains(&split.scheme.as_str()) {
        let scheme = shown_scheme(text, &split.scheme);
        let words = format!("Scheme '{scheme}://' is unknown. Did you forget to register custom backend?");
        return Err(Refusal::raised("UnknownSchemeError", words));
    }
    let place = netloc::split(&split.netloc);
    let decoded = |part: Option<Vec<u8>>| unquote(&part.unwrap_or_default());
    let port = place.port().map_err(|_| parse_error())?.filter(|port| *port > 0);
    let mut settings = Settings {
        port: port.map(|port| port.to_string().into_bytes()).unwrap_or_default(),
        user: decoded(place.user),
        password: decoded(place.password),
        host: decoded(place.host),
        name: unquote(split.path_tail()),
        options: grouped(pairs(&split.query)),
    };
    for values in settings.options.iter_mut().map(|(_, values)| values) {
        for value in values {
            *value = option(value).map_err(|_| parse_error())?;
        }
    }
    if split.scheme != "cockroach" {
        settings.schema_to_search_path();
    }
    Ok(settings)
}

/// Digits become a number, and `true` and `false` Python's.
fn option(value: &[u8]) -> Result<Vec<u8>, ValueError> {
    if is_digit(value) {
        return int(value).map(String::into_bytes);
    }
    Ok(match value.to_ascii_lowercase().as_slice() {
        b"true" => b"True".to_vec(),
        b"false" => b"False".to_vec(),
        _ => value.to_vec(),
    })
}

impl Settings {
    /// JDBC's `currentSchema` becomes an option of the server.
    fn schema_to_search_path(&mut self) {
        let Some(at) = self.options.iter().position(|(name, _)| name == b"currentSchema") else {
            return;
        };
        let (_, mut values) = self.options.remove(at);
        let (Some(value), true) = (values.pop(), values.is_empty()) else {
            return;
        };
        let falsy = matches!(value.as_slice(), b"0" | b"False");
        if !falsy {
            self.options.retain(|(name, _)| name != b"options");
            self.options
                .push((b"options".to_vec(), vec![[b"-c search_path=", value.as_slice()].concat()]));
        }
    }
}

fn parse_error() -> Refusal {
    Refusal::raised(
        "ParseError",
        "This string is not a valid url, possibly because some of its parts is not properly urllib.parse.quote()'ed.",
    )
}

fn foreign(scheme: &str) -> Refusal {
    Refusal::said(format!("the scheme \"{scheme}\" is not PostgreSQL's"))
}
