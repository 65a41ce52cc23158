//! URLs that libpq reads.

use super::Reader;
use crate::conninfo::anatomy::{self, Anatomy, raw_characters};
use crate::conninfo::error::{Component, Fault, ParseError};
use crate::conninfo::parameters::Reading;
use crate::conninfo::{self, Version};
use crate::finding::config::{bad_percent_encoding, malformed_dsn, stray_whitespace, unencoded_password, unknown_parameter};
use crate::foreign::Foreign;
use crate::settings::repaired::{self, Repaired};

impl Reader<'_> {
    /// A URL, as libpq reads it; `text` is the one at hand or its equivalent with libpq's scheme.
    pub(super) fn read_url(&mut self, text: &[u8], body: usize) {
        let parts = anatomy::intended(text, body);
        if self.references(Some(&parts)) {
            return;
        }
        let astray = parts.at.is_some() && parts.at != anatomy::credentials_end_for_libpq(text, body);
        let raw = raw_parts(text, &parts);
        let repaired = repaired::url(text, body, "postgresql");
        if astray {
            let splitting = keep(&raw, b"@/");
            self.found(unencoded_password::misread(self.source, &splitting, "libpq", &repaired));
            return;
        }
        match conninfo::read(text, Version::V17) {
            Err(error) => self.refused(&error, text, &raw, &repaired),
            Ok(reading) => {
                self.warn_of_readers(&raw, &repaired);
                self.warn_of_blanks(text);
                let last_at = text.iter().rposition(|byte| *byte == b'@');
                // Beyond every "@", and with no password among the parameters before it, a name is a name.
                self.unknown(text, &reading, |error| {
                    let start = error.span.start;
                    let before = &text[body..start];
                    last_at.is_none_or(|at| at < start) && !before.windows(9).any(|word| word == b"password=")
                });
                self.judged.certain = parts.at.is_some();
                self.take(reading.parameters);
            }
        }
    }

    fn refused(&mut self, error: &ParseError, text: &[u8], raw: &[unencoded_password::Part], repaired: &Repaired) {
        let finding = match (error.fault, error.component) {
            (Fault::PercentToken, Component::User | Component::Password) => {
                unencoded_password::percent(self.source, &keep(raw, b"%"), repaired)
            }
            (Fault::PercentToken | Fault::PercentNul, _) => bad_percent_encoding::found(self.source, error),
            _ => malformed_dsn::refused(self.source, error, text),
        };
        self.found(finding);
    }

    fn warn_of_readers(&mut self, raw: &[unencoded_password::Part], repaired: &Repaired) {
        let has = |byte| raw.iter().flat_map(|part| &part.raw).any(|c| c.byte == byte);
        let mut readers = Vec::new();
        if has(b'#') || has(b'?') || has(b'[') || has(b']') {
            readers.extend(["dj-database-url", "asyncpg"]);
        }
        if has(b'?') {
            readers.push("django-environ");
        }
        if has(b' ') {
            readers.push("libpq 18");
        }
        if !readers.is_empty() {
            self.found(unencoded_password::some_refuse(
                self.source,
                &keep(raw, b"#?[] "),
                &readers,
                repaired,
            ));
        }
    }

    fn warn_of_blanks(&mut self, text: &[u8]) {
        let Err(error) = conninfo::read(text, Version::V18) else { return };
        let in_credentials = matches!(error.component, Component::User | Component::Password);
        if error.fault == Fault::InnerBlank && !in_credentials {
            self.found(stray_whitespace::inside(self.source, error.component.name()));
        }
    }

    /// Parameters that libpq 17 does not know; the values of those that libpq 18 knows are kept.
    pub(super) fn unknown(&mut self, text: &[u8], reading: &Reading, may_show: impl Fn(&ParseError) -> bool) {
        let newer = conninfo::read(text, Version::V18).unwrap_or_else(|_| reading.clone());
        for error in &reading.unknown {
            let name = Foreign::from_bytes(&text[error.span.clone()]);
            let shown = Some(&name).filter(|name| may_show(error) || anatomy::is_known(name.raw().as_bytes()));
            let reader = if newer.unknown.contains(error) {
                unknown_parameter::Reader::Libpq
            } else {
                unknown_parameter::Reader::LibpqBefore(18)
            };
            self.found(unknown_parameter::found(self.source, shown, reader));
        }
        if newer.unknown.len() < reading.unknown.len() {
            self.judged.parameters = newer.parameters;
        }
    }
}

/// The URL with libpq's scheme. The libraries that know the alias split at the last `@`, so a raw one is encoded here.
pub(super) fn as_libpq_url(text: &[u8], body: usize) -> (Vec<u8>, usize) {
    const SCHEME: &[u8] = b"postgresql://";
    let parts = anatomy::intended(text, body);
    let mut url = SCHEME.to_vec();
    for (at, byte) in text.iter().enumerate().skip(body) {
        if *byte == b'@' && parts.at.is_some_and(|end| at < end) {
            url.extend_from_slice(b"%40");
        } else {
            url.push(*byte);
        }
    }
    (url, SCHEME.len())
}

pub(super) fn raw_parts(text: &[u8], parts: &Anatomy) -> Vec<unencoded_password::Part> {
    let part = |name, range: std::ops::Range<usize>| unencoded_password::Part {
        name,
        raw: raw_characters(&text[range]),
    };
    [
        Some(part("user name", parts.user.clone())),
        parts.password.clone().map(|range| part("password", range)),
    ]
    .into_iter()
    .flatten()
    .filter(|part| !part.raw.is_empty())
    .collect()
}

/// The parts that have one of the characters, with all their raw characters: each has to be encoded.
pub(super) fn keep(parts: &[unencoded_password::Part], bytes: &[u8]) -> Vec<unencoded_password::Part> {
    parts
        .iter()
        .filter(|part| part.raw.iter().any(|c| bytes.contains(&c.byte)))
        .cloned()
        .collect()
}
