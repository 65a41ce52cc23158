//! The URI form, as libpq's `conninfo_uri_parse_options` reads it.
//!
//! There is no fragment: `#` is a byte like any other. Credentials end at the first `@` that no `/` precedes.

use std::ops::Range;

use super::Version;
use super::decode::decode;
use super::error::{Component, Fault, ParseError};
use super::parameters::Reading;

/// The length of the prefix that makes a connection string a URI for libpq; exact, in lower case.
#[must_use]
pub fn prefix_length(text: &[u8]) -> Option<usize> {
    ["postgresql://", "postgres://"]
        .into_iter()
        .find(|prefix| text.starts_with(prefix.as_bytes()))
        .map(str::len)
}

/// Where a scan stops: the first of `stops` at or after `from`, or the end.
fn scan(text: &[u8], from: usize, stops: &[u8]) -> usize {
    text[from..]
        .iter()
        .position(|byte| stops.contains(byte))
        .map_or(text.len(), |at| from + at)
}

pub(super) fn read(text: &[u8], prefix: usize, version: Version, reading: &mut Reading) -> Result<(), ParseError> {
    let mut store = |name: &str, component, raw: &[u8], start: usize| -> Result<(), ParseError> {
        if !raw.is_empty() {
            let value = decode(raw, start, component, version)?;
            reading.store(name.as_bytes(), value, version, component, start..start + raw.len());
        }
        Ok(())
    };

    let mut at = scan(text, prefix, b"@/");
    if text.get(at) == Some(&b'@') {
        let user_end = scan(text, prefix, b":@");
        store("user", Component::User, &text[prefix..user_end], prefix)?;
        if user_end < at {
            store("password", Component::Password, &text[user_end + 1..at], user_end + 1)?;
        }
        at += 1;
    } else {
        at = prefix;
    }

    let netlocs = Netlocs::read(text, at)?;
    store("host", Component::Host, &netlocs.hosts, netlocs.host_start)?;
    store("port", Component::Port, &netlocs.ports, netlocs.port_start)?;
    at = netlocs.end;

    if text.get(at) == Some(&b'/') {
        let end = scan(text, at, b"?");
        store("dbname", Component::Database, &text[at + 1..end], at + 1)?;
        at = end;
    }
    if at < text.len() {
        query(text, at + 1, version, reading)?;
    }
    Ok(())
}

/// The hosts and the ports, each joined by commas before they are decoded.
struct Netlocs {
    hosts: Vec<u8>,
    ports: Vec<u8>,
    host_start: usize,
    port_start: usize,
    /// Where the `/`, the `?` or the end is.
    end: usize,
}

impl Netlocs {
    fn read(text: &[u8], start: usize) -> Result<Self, ParseError> {
        let mut found = Self {
            hosts: Vec::new(),
            ports: Vec::new(),
            host_start: start,
            port_start: start,
            end: start,
        };
        loop {
            let (host, mut at) = host(text, found.end)?;
            found.hosts.extend_from_slice(&text[host]);
            if text.get(at) == Some(&b':') {
                let end = scan(text, at + 1, b"/?,");
                if found.ports.is_empty() {
                    found.port_start = at + 1;
                }
                found.ports.extend_from_slice(&text[at + 1..end]);
                at = end;
            }
            found.end = at;
            if text.get(at) != Some(&b',') {
                return Ok(found);
            }
            found.end += 1;
            found.hosts.push(b',');
            found.ports.push(b',');
        }
    }
}

/// One host, and where it ends, the bracket of an IPv6 address included.
fn host(text: &[u8], start: usize) -> Result<(Range<usize>, usize), ParseError> {
    if text.get(start) != Some(&b'[') {
        let end = scan(text, start, b":/?,");
        return Ok((start..end, end));
    }
    let close = scan(text, start + 1, b"]");
    if close == text.len() {
        return Err(ParseError::at(Fault::UnclosedBracket, Component::Host, start));
    }
    if close == start + 1 {
        return Err(ParseError::at(Fault::EmptyBracket, Component::Host, start));
    }
    match text.get(close + 1) {
        None | Some(b':' | b'/' | b'?' | b',') => Ok((start + 1..close, close + 1)),
        Some(_) => Err(ParseError::at(Fault::AfterBracket, Component::Host, close + 1)),
    }
}

/// `keyword=value` pairs joined by `&`. `+` is no blank, and a pair has exactly one `=`.
fn query(text: &[u8], start: usize, version: Version, reading: &mut Reading) -> Result<(), ParseError> {
    let mut at = start;
    while at < text.len() {
        let end = scan(text, at, b"&");
        let equals = scan(text, at, b"=&");
        if equals >= end {
            return Err(ParseError::new(Fault::MissingEquals, Component::QueryKeyword, at..end));
        }
        let second = scan(text, equals + 1, b"=&");
        if second < end {
            return Err(ParseError::at(Fault::ExtraEquals, Component::QueryValue, second));
        }
        let mut name = decode(&text[at..equals], at, Component::QueryKeyword, version)?;
        let mut value = decode(&text[equals + 1..end], equals + 1, Component::QueryValue, version)?;
        // JDBC's spelling, which libpq takes for this one value.
        if name == b"ssl" && value == b"true" {
            name = b"sslmode".to_vec();
            value = b"require".to_vec();
        }
        reading.store(&name, value, version, Component::QueryKeyword, at..equals);
        at = end + 1;
    }
    Ok(())
}
