//! django-environ 0.14: Python's `urlparse`, with quoting of its own where that yields no path.

use std::borrow::Cow;

use super::django::Settings;
use super::python::number::{int, is_digit};
use super::python::query::{Group, grouped, pairs};
use super::python::quoting::{quote, unquote, unquote_plus};
use super::python::split::{Split, shown_scheme, urlsplit};
use super::python::{ValueError, netloc};
use super::reading::{Reading, Refusal};

/// Schemes whose engine speaks with PostgreSQL, or with one of its kin. Those with an underscore are no scheme for Python.
const SCHEMES: &[&str] = &["postgres", "postgresql", "psql", "pgsql", "postgis", "cockroachdb", "redshift"];

/// Schemes for which a comma separates hosts, and a second slash begins the directory of a socket.
const FAMILY: &[&str] = &["postgres", "postgresql", "psql", "pgsql", "postgis"];

/// Parameters that are settings of Django, not of the driver.
const BASE_OPTIONS: &[&str] = &[
    "CONN_MAX_AGE",
    "ATOMIC_REQUESTS",
    "AUTOCOMMIT",
    "DISABLE_SERVER_SIDE_CURSORS",
    "CONN_HEALTH_CHECKS",
];

/// Reads a URL, up to where Django would contact a server.
///
/// # Errors
///
/// Where django-environ, Django, or libpq behind it, refuses.
pub fn read(text: &[u8]) -> Result<Reading, Refusal> {
    let (scheme, settings) = parse(text)?;
    if scheme.is_empty() {
        return Err(Refusal::raised("UserWarning", "Engine not recognized from url: ***"));
    }
    if !SCHEMES.contains(&scheme.as_str()) {
        let scheme = shown_scheme(text, &scheme);
        return Err(Refusal::raised(
            "ImproperlyConfigured",
            format!("'{scheme}' isn't an available database backend or couldn't be imported."),
        ));
    }
    settings.connect()
}

/// The scheme and the settings that django-environ makes of a URL; without a scheme it gives no settings at all.
///
/// # Errors
///
/// Where it refuses.
pub fn parse(text: &[u8]) -> Result<(String, Settings), Refusal> {
    let mut url = match urlsplit(text) {
        Ok(url) => url,
        Err(_) => quoted(text)?,
    };
    if url.path.is_empty() {
        url = quoted(&url.joined())?;
    }
    let mut name = unquote_plus(url.path_tail());
    let place = netloc::split(&url.netloc);
    let family = FAMILY.contains(&url.scheme.as_str());
    let at = url.netloc.iter().rposition(|byte| *byte == b'@').map_or(0, |at| at + 1);
    let hosts = unquote(&url.netloc[at..]);
    let (mut host, port) = if family && hosts.contains(&b',') {
        cluster(&hosts)
    } else {
        let port = place.port()?.map(|port| port.to_string().into_bytes());
        (place.host.unwrap_or_default(), port.unwrap_or_default())
    };
    let port = number(&port)?;
    let is_directory = name.starts_with(b"/");
    if is_directory && (family || name.windows(8).any(|word| word == b"cloudsql")) {
        let slash = name.iter().rposition(|byte| *byte == b'/').unwrap_or_default();
        host = name[..slash].to_vec();
        name.drain(..=slash);
    }
    let settings = Settings {
        user: unquote(&place.user.unwrap_or_default()),
        password: unquote(&place.password.unwrap_or_default()),
        host,
        port: if port == b"0" { Vec::new() } else { port },
        name,
        options: options(&url.query)?,
    };
    Ok((url.scheme, settings))
}

/// The URL with every character that is no separator of its own encoded, a `%` included.
fn quoted(text: &[u8]) -> Result<Split, Refusal> {
    if std::str::from_utf8(text).is_err() {
        return Err(Refusal::raised(
            "UnicodeEncodeError",
            "'utf-8' codec can't encode *** surrogates not allowed",
        ));
    }
    Ok(urlsplit(&quote(text, b":/?&=@"))?)
}

/// Several hosts, each with its port; ports that are absent leave no gap.
fn cluster(hosts: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut names = Vec::new();
    let mut ports = Vec::new();
    for host in hosts.split(|byte| *byte == b',') {
        let (name, port) = if host.starts_with(b"[") {
            let end = host
                .iter()
                .position(|byte| *byte == b']')
                .filter(|end| host.get(end + 1) == Some(&b':'));
            end.map_or((host, &[][..]), |end| (&host[..=end], &host[end + 2..]))
        } else {
            let colon = host
                .iter()
                .rposition(|byte| *byte == b':')
                .filter(|colon| is_digit(&host[colon + 1..]));
            colon.map_or((host, &[][..]), |colon| (&host[..colon], &host[colon + 1..]))
        };
        names.push(name);
        if !port.is_empty() {
            ports.push(port);
        }
    }
    (names.join(&b','), ports.join(&b','))
}

/// The first value of each parameter.
fn options(query: &[u8]) -> Result<Vec<Group>, ValueError> {
    let mut options = Vec::new();
    for (name, mut values) in grouped(pairs(query)) {
        let upper = Cow::from(String::from_utf8_lossy(&name).to_uppercase());
        if !BASE_OPTIONS.contains(&upper.as_ref()) {
            values.truncate(1);
            values[0] = number(&values[0])?;
            options.push((name, values));
        }
    }
    Ok(options)
}

/// Digits become a number.
fn number(text: &[u8]) -> Result<Vec<u8>, ValueError> {
    if is_digit(text) {
        int(text).map(String::into_bytes)
    } else {
        Ok(text.to_vec())
    }
}
