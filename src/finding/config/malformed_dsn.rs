//! `config/malformed-dsn`: the connection string has no form that a driver reads.

use crate::conninfo::error::{Component, Fault, ParseError};
use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::repaired::{self, Repaired};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "malformed-dsn",
    severity: Severity::Fail,
    title: "the connection string cannot be read",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::near_driver("bad query field: '{secret}'"),
    Text::new("UnknownSchemeError: Scheme '://' is unknown"),
    Text::new("Could not parse SQLAlchemy URL from given URL string"),
    Text::new("Could not parse SQLAlchemy URL from string"),
    Text::new("Could not parse rfc1738 URL from string"),
    Text::new("missing \"=\" after \"{secret}\" in connection info string"),
    Text::new("extra key/value separator \"=\" in URI query parameter: \"{parameter}\""),
    Text::new("missing key/value separator \"=\" in URI query parameter: \"{parameter}\""),
    Text::new("invalid DSN: scheme is expected to be either \"postgresql\" or \"postgres\", got '{scheme}'"),
    Text::new("invalid DSN: scheme is expected to be either \"postgresql\" or \"postgres\", got ''"),
    Text::new("invalid connection option \"POSTGRESQL://{secret}\""),
    Text::new("unterminated quoted string in connection info string"),
    Text::new("end of string reached when looking for matching \"]\" in IPv6 host address in URI"),
    Text::new("IPv6 host address may not be empty in URI"),
    Text::new("in URI (expected \":\" or \"/\")"),
    Text::new("invalid URI propagated to internal parser routine"),
    Text::near_driver("Invalid IPv6 URL"),
    Text::new("failed to parse as DSN (invalid dsn)"),
    Text::new("failed to parse as keyword/value (invalid keyword/value)"),
    Text::new("failed to parse as keyword/value: invalid keyword/value"),
    Text::new("invalid connection string: unknown option `{_}://{secret}`"),
    Text::new("invalid connection string <- unknown option `{_}://{secret}`"),
    Text::new("the URL must start with the protocol `postgresql://` or `postgres://`"),
    Text::new("The provided database string is invalid. {_} in database URL"),
    Text::near_driver("TypeError: Invalid URL"),
    Text::near_driver("[ERR_INVALID_URL]: Invalid URL"),
    Text::near_driver("(reading 'searchParams')"),
    Text::new("invalid connection string: unexpected EOF"),
    Text::new("invalid connection string <- unexpected EOF"),
];

/// libpq refuses it at one place.
#[must_use]
pub fn refused(source: &Source, error: &ParseError, text: &[u8]) -> Finding {
    let byte = error.span.start + 1;
    let finding = KIND
        .found(format!("{} cannot be read as a connection: byte {byte}", source.subject()))
        .detail(format!(
            "libpq stops reading {source}: {error}. The text there is not shown, since it may be a piece of a password."
        ));
    finding.remedy(Remedy::new(
        "correct the connection string",
        [Step::new(Place::AppConfig, advice(error, text))],
    ))
}

fn advice(error: &ParseError, text: &[u8]) -> String {
    let keyword_form = error.component == Component::Keyword;
    match error.fault {
        Fault::MissingEquals if keyword_form && text.contains(&b'=') => {
            "put a value that holds a blank in single quotes, as in password='…'; inside them write \\' for a quote and \\\\ for a backslash"
        }
        Fault::MissingEquals if keyword_form => {
            "write a URL, postgresql://USER:PASSWORD@HOST:5432/DATABASE, or keywords, host=HOST user=USER password=PASSWORD dbname=DATABASE"
        }
        Fault::MissingEquals => "write every parameter after the \"?\" as name=value, joined by \"&\"",
        Fault::ExtraEquals => "write \"=\" inside a parameter's value as %3D, as in options=-c%20search_path%3Dshop",
        Fault::UnclosedQuote => "end the value with a single quote; inside it write \\' for a quote",
        Fault::UnclosedBracket | Fault::EmptyBracket | Fault::AfterBracket => {
            "write an IPv6 address in brackets and nothing else in them, as in [2001:db8::1]:5432; a bracket in the password is %5B or %5D"
        }
        Fault::NulByte => "take the byte of value zero out",
        Fault::PercentToken | Fault::PercentNul | Fault::InnerBlank | Fault::UnknownKeyword => "write the connection string anew",
    }
    .to_owned()
}

/// It has a recognisable form that no driver reads; `why` completes "the text …".
#[must_use]
pub fn shape(source: &Source, why: &str, repaired: &Repaired) -> Finding {
    KIND.found(format!("{} {why}", source.subject()))
        .detail(format!(
            "{source} {why}. libpq takes such a text for its keyword form, and refuses it with: missing \"=\" after …, or: invalid connection option."
        ))
        .remedy(Remedy::new(
            "write it as a PostgreSQL URL",
            [repaired::step(source, repaired)],
        ))
}

/// `host:/database`: libpq takes its default port, `SQLAlchemy` refuses.
#[must_use]
pub fn empty_port(source: &Source, repaired: &Repaired) -> Finding {
    KIND.found(format!("{} has a colon after the host and no port", source.subject()))
        .detail(format!(
            "In {source} a colon follows the host, and no port follows the colon. libpq takes its default port; SQLAlchemy, whose form this is, refuses \
             the URL (invalid literal for int() with base 10: '')."
        ))
        .remedy(Remedy::new(
            "write the port, or take the colon out",
            [Step::new(
                Place::AppConfig,
                format!("write 5432 after the host's colon: {}", source.line(&repaired.text)),
            )],
        ))
}
