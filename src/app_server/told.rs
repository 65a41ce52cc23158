//! A number that the application's start tells, or why it cannot be told.

use std::fmt;

/// How many, and from where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// `4`, from `--workers on the command line`.
    Is(u32, String),
    /// What would have to be run to know, with its file and line.
    Untold(String),
}

impl Told {
    /// The number, where it is known.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::Is(number, _) => Some(*number),
            Self::Untold(_) => None,
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(number, from) => write!(f, "{number} ({from})"),
            Self::Untold(why) => write!(f, "cannot be told: {why}"),
        }
    }
}
