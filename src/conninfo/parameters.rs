//! What a connection string says, by libpq's keywords.

use std::collections::BTreeMap;

use super::error::{Component, Fault, ParseError};
use super::{Version, keyword};
use crate::secret::Secret;

/// Values by keyword. Every value is kept as a secret, since a misread password ends up in any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<&'static str, Secret>);

impl Parameters {
    /// The bytes of a value.
    #[must_use]
    pub fn get(&self, keyword: &str) -> Option<&[u8]> {
        self.0.get(keyword).map(Secret::reveal)
    }

    /// Sets a value; the last one wins, as in libpq.
    pub fn set(&mut self, keyword: &'static str, value: Secret) {
        self.0.insert(keyword, value);
    }

    /// Keyword and value, by keyword.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Secret)> {
        self.0.iter().map(|(keyword, value)| (*keyword, value))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What was read, with the keywords that this version does not know.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    pub parameters: Parameters,
    /// In the order in which they stand; all of them [`Fault::UnknownKeyword`].
    pub unknown: Vec<ParseError>,
}

impl Reading {
    /// Stores a value under a name as libpq does: the old `requiressl` becomes `sslmode`.
    pub(super) fn store(&mut self, name: &[u8], value: Vec<u8>, version: Version, component: Component, span: std::ops::Range<usize>) {
        let (name, value) = match name {
            b"requiressl" if value.first() == Some(&b'1') => (&b"sslmode"[..], b"require".to_vec()),
            b"requiressl" => (&b"sslmode"[..], b"prefer".to_vec()),
            _ => (name, value),
        };
        match keyword::find(name).filter(|keyword| keyword.since <= version.major()) {
            Some(keyword) => self.parameters.set(keyword.name, Secret::new(value)),
            None => self.unknown.push(ParseError::new(Fault::UnknownKeyword, component, span)),
        }
    }
}
