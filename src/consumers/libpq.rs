//! libpq, and with it psycopg, psycopg2 and psql.

use super::reading::{Place, Reading, Refusal, filled};
use crate::conninfo::error::{Component, Fault, ParseError};
use crate::conninfo::host_list::{self, Mismatch};
use crate::conninfo::parameters::Parameters;
use crate::conninfo::validate::{self, Invalid};
use crate::conninfo::{self, Version};
use crate::secret::Secret;

/// Reads a connection string as `PQconnectdb` does, up to where it would contact a server.
///
/// # Errors
///
/// Where libpq refuses the string, its lists of hosts and ports, or a port.
pub fn read(text: &[u8], version: Version) -> Result<Reading, Refusal> {
    conninfo::parse(text, version)
        .map_err(|error| refusal(&error))
        .and_then(|parameters| reading(&parameters))
}

/// Reads a connection string, and passes over parameters that libpq does not know.
///
/// # Errors
///
/// Where libpq refuses it for another reason.
pub fn read_leniently(text: &[u8], version: Version) -> Result<Reading, Refusal> {
    conninfo::read(text, version)
        .map_err(|error| refusal(&error))
        .and_then(|found| reading(&found.parameters))
}

fn reading(parameters: &Parameters) -> Result<Reading, Refusal> {
    let value = |keyword| parameters.get(keyword).unwrap_or_default();
    let mut reading = Reading {
        places: places(value("host"), value("hostaddr"), value("port"))?,
        user: filled(value("user")),
        password: filled(value("password")),
        database: filled(value("dbname")),
        parameters: Vec::new(),
    };
    for (keyword, value) in parameters.iter() {
        if !["host", "port", "user", "password", "dbname"].contains(&keyword) {
            reading.parameters.push((Secret::from(keyword), value.clone()));
        }
    }
    Ok(reading)
}

/// The servers that libpq's three lists name.
///
/// # Errors
///
/// The lists do not fit together, or a port is none.
pub fn places(host: &[u8], hostaddr: &[u8], port: &[u8]) -> Result<Vec<Place>, Refusal> {
    let places = host_list::places(host, hostaddr, port).map_err(mismatch)?;
    for place in &places {
        validate::port(place.port).map_err(|invalid| match invalid {
            Invalid::NotANumber { .. } => Refusal::said("invalid integer value \"***\" for connection option \"port\""),
            _ => Refusal::said("invalid port number: \"***\""),
        })?;
    }
    let place = |place: &host_list::Place<'_>| Place {
        host: filled(place.host),
        port: filled(place.port),
    };
    Ok(places.iter().map(place).collect())
}

fn mismatch(mismatch: Mismatch) -> Refusal {
    Refusal::said(match mismatch {
        Mismatch::Hosts { hosts, addresses } => format!("could not match {hosts} host names to {addresses} hostaddr values"),
        Mismatch::Ports { ports, hosts } => format!("could not match {ports} port numbers to {hosts} hosts"),
    })
}

/// libpq's message.
#[must_use]
pub fn refusal(error: &ParseError) -> Refusal {
    let in_uri = !matches!(error.component, Component::Keyword | Component::Value);
    let byte = error.span.start + 1;
    let words = match error.fault {
        Fault::PercentToken => "invalid percent-encoded token: \"***\"",
        Fault::PercentNul => "forbidden value %00 in percent-encoded value: \"***\"",
        Fault::InnerBlank => "unexpected spaces found in \"***\", use percent-encoded spaces (%20) instead",
        Fault::UnclosedBracket => "end of string reached when looking for matching \"]\" in IPv6 host address in URI: \"***\"",
        Fault::EmptyBracket => "IPv6 host address may not be empty in URI: \"***\"",
        Fault::AfterBracket => {
            return Refusal::said(format!(
                "unexpected character \"***\" at position {byte} in URI (expected \":\" or \"/\"): \"***\""
            ));
        }
        Fault::ExtraEquals => "extra key/value separator \"=\" in URI query parameter: \"***\"",
        Fault::MissingEquals if in_uri => "missing key/value separator \"=\" in URI query parameter: \"***\"",
        Fault::MissingEquals => "missing \"=\" after \"***\" in connection info string",
        Fault::UnclosedQuote => "unterminated quoted string in connection info string",
        Fault::UnknownKeyword if in_uri => "invalid URI query parameter: \"***\"",
        Fault::UnknownKeyword => "invalid connection option \"***\"",
        Fault::NulByte => "the string ends at a byte of value zero",
    };
    Refusal {
        byte: Some(byte),
        ..Refusal::said(words)
    }
}
