//! asyncpg 0.32: Python's `urlparse`, credentials up to the first `@`, and parameters of its own; what it does not know goes to
//! the server as a setting.

use super::python::netloc::partition;
use super::python::number::int;
use super::python::query::{grouped, strict_pairs};
use super::python::quoting::unquote;
use super::python::split::{shown_scheme, urlsplit};
use super::reading::{Place, Reading, Refusal, filled};
use crate::secret::Secret;

/// A URL as asyncpg understands it. What it takes from its environment is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Empty where no host is named.
    pub hosts: Vec<Vec<u8>>,
    /// One for each host; without hosts, at most one.
    pub ports: Vec<String>,
    pub user: Option<Vec<u8>>,
    pub password: Option<Vec<u8>>,
    pub database: Option<Vec<u8>>,
    /// What asyncpg uses itself.
    pub parameters: Vec<(Vec<u8>, Vec<u8>)>,
    /// What it sends to the server.
    pub server_settings: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Parameters that asyncpg uses itself.
const OWN: &[&str] = &[
    "service",
    "passfile",
    "sslmode",
    "sslcert",
    "sslkey",
    "sslrootcert",
    "sslnegotiation",
    "sslcrl",
    "sslpassword",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "target_session_attrs",
    "krbsrvname",
    "gsslib",
];

const SSLMODES: &[&str] = &["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
const TLS_VERSIONS: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "TLSv1_1", "TLSv1_2", "TLSv1_3"];
const SESSION_ATTRIBUTES: &[&str] = &["any", "primary", "standby", "prefer-standby", "read-write", "read-only"];

/// The number of places that asyncpg tries where no host is named.
const DEFAULT_PLACES: usize = 5;

/// Reads a URL, up to where asyncpg would contact a server.
///
/// # Errors
///
/// Where asyncpg refuses.
pub fn read(text: &[u8]) -> Result<Reading, Refusal> {
    let parsed = parse(text)?;
    let place = |(index, host): (usize, &Vec<u8>)| Place {
        host: filled(host),
        port: parsed.ports.get(index).map(|port| Secret::from(port.as_str())),
    };
    let mut places: Vec<Place> = parsed.hosts.iter().enumerate().map(place).collect();
    if places.is_empty() {
        let port = parsed.ports.first().map(|port| Secret::from(port.as_str()));
        places.push(Place { host: None, port });
    }
    let filled_in = |value: &Option<Vec<u8>>| value.as_deref().and_then(filled);
    Ok(Reading {
        places,
        user: filled_in(&parsed.user),
        password: filled_in(&parsed.password),
        database: filled_in(&parsed.database),
        parameters: parsed
            .parameters
            .iter()
            .chain(&parsed.server_settings)
            .map(|(name, value)| (Secret::new(name.as_slice()), Secret::new(value.as_slice())))
            .collect(),
    })
}

/// Reads a URL as `_parse_connect_dsn_and_args` does, with an empty environment and without opening certificates.
///
/// # Errors
///
/// Where asyncpg refuses.
pub fn parse(text: &[u8]) -> Result<Parsed, Refusal> {
    if text.is_empty() {
        return Ok(Parsed::default());
    }
    let url = urlsplit(text)?;
    let mut query = Vec::new();
    if !url.query.is_empty() {
        query = grouped(strict_pairs(&url.query)?);
    }
    if !matches!(url.scheme.as_str(), "postgresql" | "postgres") {
        let scheme = shown_scheme(text, &url.scheme);
        return Err(configuration(format!(
            "invalid DSN: scheme is expected to be either \"postgresql\" or \"postgres\", got '{scheme}'"
        )));
    }
    let (credentials, hosts) = match partition(&url.netloc, b'@') {
        (credentials, Some(hosts)) => (credentials, hosts),
        (hosts, None) => (&[][..], hosts),
    };
    let (user, password) = partition(credentials, b':');
    let mut parsed = Parsed::default();
    let mut ports: Option<Vec<String>> = None;
    if !hosts.is_empty() {
        let (hosts, found) = host_list(hosts, None, true)?;
        parsed.hosts = hosts;
        ports = Some(found);
    }
    let path = url.path.strip_prefix(b"/").unwrap_or(&url.path);
    parsed.database = (!url.path.is_empty()).then(|| unquote(path));
    parsed.user = (!user.is_empty()).then(|| unquote(user));
    parsed.password = password.filter(|password| !password.is_empty()).map(unquote);
    let mut take = |name: &[u8]| {
        let at = query.iter().position(|(known, _)| known == name)?;
        query.remove(at).1.pop()
    };
    if let Some(port) = take(b"port")
        && ports.is_none()
    {
        ports = Some(port.split(|byte| *byte == b',').map(int).collect::<Result<_, _>>()?);
    }
    if let Some(host) = take(b"host")
        && parsed.hosts.is_empty()
    {
        let (hosts, found) = host_list(&host, ports.as_deref(), false)?;
        parsed.hosts = hosts;
        ports = Some(found);
    }
    for name in [&b"dbname"[..], b"database"] {
        let value = take(name);
        parsed.database = parsed.database.or(value);
    }
    let value = take(b"user");
    parsed.user = parsed.user.or(value);
    let value = take(b"password");
    parsed.password = parsed.password.or(value);
    for name in OWN {
        if let Some(value) = take(name.as_bytes()) {
            parsed.parameters.push((name.as_bytes().to_vec(), value));
        }
    }
    parsed.server_settings = query
        .into_iter()
        .filter_map(|(name, mut values)| Some((name, values.pop()?)))
        .collect();
    let count = if parsed.hosts.is_empty() {
        DEFAULT_PLACES
    } else {
        parsed.hosts.len()
    };
    parsed.ports = fitted(ports.as_deref().unwrap_or_default(), count)?;
    parsed.check()?;
    Ok(parsed)
}

/// The hosts of a list with their ports; those that are given apply instead of the list's own.
fn host_list(list: &[u8], given: Option<&[String]>, decode: bool) -> Result<(Vec<Vec<u8>>, Vec<String>), Refusal> {
    let specs: Vec<&[u8]> = list.split(|byte| *byte == b',').collect();
    let given = given.map(|ports| fitted(ports, specs.len())).transpose()?;
    let plain = |text: &[u8]| if decode { unquote(text) } else { text.to_vec() };
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    for spec in specs {
        let (address, port) = match spec.first() {
            None => return Err(Refusal::raised("IndexError", "string index out of range")),
            Some(b'/') => (spec, &[][..]),
            Some(b'[') => bracketed(spec)?,
            Some(_) => {
                let (address, port) = partition(spec, b':');
                (address, port.unwrap_or_default())
            }
        };
        hosts.push(plain(address));
        if given.is_none() {
            ports.push(if port.is_empty() { "5432".to_owned() } else { int(&plain(port))? });
        }
    }
    Ok((hosts, given.unwrap_or(ports)))
}

/// `[address]:port`; what else follows the bracket is passed over.
fn bracketed(spec: &[u8]) -> Result<(&[u8], &[u8]), Refusal> {
    let invalid = || configuration("invalid IPv6 address in the connection URI: ***");
    let (address, rest) = partition(&spec[1..], b']');
    let rest = rest.filter(|_| !address.is_empty()).ok_or_else(invalid)?;
    let digits = rest.strip_prefix(b":").unwrap_or_default();
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    Ok((address, &digits[..length]))
}

/// One port for all hosts, or one for each.
fn fitted(ports: &[String], hosts: usize) -> Result<Vec<String>, Refusal> {
    match ports {
        [] => Ok(Vec::new()),
        [one] => Ok(vec![one.clone(); hosts]),
        several if several.len() == hosts => Ok(several.to_vec()),
        several => Err(configuration(format!(
            "could not match {} port numbers to {hosts} hosts",
            several.len()
        ))),
    }
}

impl Parsed {
    fn check(&self) -> Result<(), Refusal> {
        let value = |name: &str| {
            let found = self.parameters.iter().find(|(known, _)| known == name.as_bytes());
            found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        };
        let one_of = |name: &str, words: &[&str]| configuration(format!("`{name}` parameter must be one of: {}", words.join(", ")));
        let negotiation = value("sslnegotiation");
        if negotiation.as_deref().is_some_and(|word| !matches!(word, "postgres" | "direct")) {
            return Err(one_of("sslnegotiation", &["postgres", "direct"]));
        }
        let mode = value("sslmode").map(|mode| mode.replace('_', "-"));
        let rank = mode.as_deref().map(|mode| SSLMODES.iter().position(|known| *known == mode));
        let rank = match rank {
            Some(None) => return Err(one_of("sslmode", SSLMODES)),
            Some(Some(rank)) => rank,
            None if self.hosts.iter().all(|host| host.starts_with(b"/")) && !self.hosts.is_empty() => 0,
            None => 2,
        };
        if rank > 0 {
            for name in ["ssl_min_protocol_version", "ssl_max_protocol_version"] {
                let version = value(name);
                if version.as_deref().is_some_and(|version| !TLS_VERSIONS.contains(&version)) {
                    return Err(configuration("No such TLS version: ***"));
                }
            }
        }
        if negotiation.as_deref() == Some("direct") && rank < 3 {
            return Err(configuration("direct TLS requires sslmode=require, verify-ca, or verify-full"));
        }
        if value("target_session_attrs").is_some_and(|word| !SESSION_ATTRIBUTES.contains(&word.as_str())) {
            return Err(configuration("target_session_attrs is expected to be one of ***"));
        }
        if value("gsslib").is_some_and(|word| !matches!(word.as_str(), "gssapi" | "sspi")) {
            return Err(configuration("gsslib parameter must be either 'gssapi' or 'sspi', got ***"));
        }
        Ok(())
    }
}

fn configuration(words: impl Into<String>) -> Refusal {
    Refusal::raised("ClientConfigurationError", words)
}
