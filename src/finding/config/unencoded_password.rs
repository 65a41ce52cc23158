//! `config/unencoded-password`: a character of the password has a meaning in URLs.

use crate::conninfo::anatomy::RawCharacter;
use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::Remedy;
use crate::settings::repaired::{self, Repaired};
use crate::settings::source::Source;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "unencoded-password",
    severity: Severity::Fail,
    title: "the URL has a character, mostly of the password, that must be percent-encoded",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("This string is not a valid url, possibly because some of its parts is not properly urllib.parse.quote()"),
    Text::new("bad query field: '{secret}@{_}'"),
    Text::new("unexpected spaces found in \"{secret}\", use percent-encoded spaces (%20) instead"),
    Text::near_driver("does not appear to be an IPv4 or IPv6 address"),
    Text::near_driver("net/url: invalid userinfo"),
];

/// What is known of one part of the credentials: its name in words, and its raw characters.
#[derive(Debug, Clone)]
pub struct Part {
    pub name: &'static str,
    pub raw: Vec<RawCharacter>,
}

/// The parser splits the URL at another place than the one that was meant.
#[must_use]
pub fn misread(source: &Source, parts: &[Part], reader: &str, repaired: &Repaired) -> Finding {
    finding(source, parts, repaired).detail(format!(
        "{reader} reads {source} otherwise than it was meant: it takes such a character for the end of the credentials, and what follows, a piece \
         of the password, for the host, the port or the database. Parsers differ here: libpq, SQLAlchemy and asyncpg split at the first \"@\", \
         dj-database-url and django-environ at the last. A \"@\" that belongs to the database name has to be encoded there in the same way."
    ))
}

/// A raw `%` that no two hexadecimal digits follow.
#[must_use]
pub fn percent(source: &Source, parts: &[Part], repaired: &Repaired) -> Finding {
    finding(source, parts, repaired).detail(format!(
        "In {source}, two hexadecimal digits have to follow each \"%\". libpq refuses the whole connection string (invalid percent-encoded token); \
         SQLAlchemy, dj-database-url, django-environ and asyncpg take the character as it is."
    ))
}

/// libpq copes, others do not.
#[must_use]
pub fn some_refuse(source: &Source, parts: &[Part], readers: &[&str], repaired: &Repaired) -> Finding {
    finding(source, parts, repaired).severity(Severity::Warn).detail(format!(
        "libpq 17 reads {source} as it was meant. Not everybody does: refused or misread by {}.",
        readers.join(", ")
    ))
}

fn finding(source: &Source, parts: &[Part], repaired: &Repaired) -> Finding {
    let subject = source.subject();
    let names: Vec<&str> = parts.iter().map(|part| part.name).collect();
    let mut finding = KIND.found(format!(
        "the {} in {subject} has a character that must be percent-encoded",
        names.join(" and the ")
    ));
    for part in parts {
        finding = finding.evidence(format!("in the {}: {}", part.name, repaired::named(&part.raw)));
    }
    finding.remedy(Remedy::new("percent-encode the character", [repaired::step(source, repaired)]))
}
