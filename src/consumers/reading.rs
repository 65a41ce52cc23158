//! What a consumer makes of a connection string.

use std::fmt;

use super::python::ValueError;
use crate::secret::Secret;

/// One server to try; what is absent takes the driver's default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub host: Option<Secret>,
    pub port: Option<Secret>,
}

/// A connection string as it was understood. Every value is a secret, since a misread password ends up in any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// At least one, in the order in which they are tried.
    pub places: Vec<Place>,
    pub user: Option<Secret>,
    pub password: Option<Secret>,
    pub database: Option<Secret>,
    /// Everything else, by the name under which the driver gets it.
    pub parameters: Vec<(Secret, Secret)>,
}

/// Why a consumer refuses. The words are its own; `***` stands for what may be a piece of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The class of its exception; `None` for libpq, which has none.
    pub class: Option<&'static str>,
    pub words: String,
    /// The byte at which it stops, counted from 1, where it knows one.
    pub byte: Option<usize>,
}

impl Refusal {
    /// An exception.
    #[must_use]
    pub fn raised(class: &'static str, words: impl Into<String>) -> Self {
        Self {
            class: Some(class),
            words: words.into(),
            byte: None,
        }
    }

    /// Words alone.
    #[must_use]
    pub fn said(words: impl Into<String>) -> Self {
        Self {
            class: None,
            words: words.into(),
            byte: None,
        }
    }
}

impl From<ValueError> for Refusal {
    fn from(error: ValueError) -> Self {
        Self::raised("ValueError", error.0)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(class) = self.class {
            write!(f, "{class}: ")?;
        }
        f.write_str(&self.words)?;
        match self.byte {
            Some(byte) => write!(f, " (byte {byte})"),
            None => Ok(()),
        }
    }
}

/// A value, where there is one that is not empty.
#[must_use]
pub fn filled(value: &[u8]) -> Option<Secret> {
    (!value.is_empty()).then(|| Secret::new(value))
}
