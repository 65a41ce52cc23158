//! What a probe hands back: that its layer is sound, broken, does not apply, or that the doctor itself broke.

use crate::finding::{Finding, Severity};
use crate::pool::slots::Slots;
use crate::secret::Secret;

/// The word that a layer's row, or the whole report, shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Warn,
    Fail,
    Error,
    Skip,
}

impl Verdict {
    /// The word as reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Skip => "skip",
        }
    }
}

/// One value that a probe saw.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    Text(String),
    Count(i64),
    Number(f64),
    Flag(bool),
    List(Vec<String>),
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Fact {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

impl From<f64> for Fact {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<String>> for Fact {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}

/// What a probe saw, whatever its verdict.
#[derive(Debug, Default)]
pub struct Notes {
    /// One line for the layer's row.
    pub summary: String,
    /// Named values, in the order in which they were seen.
    pub facts: Vec<(&'static str, Fact)>,
    pub findings: Vec<Finding>,
    /// Who has the server's slots, where that was counted.
    pub slots: Option<Slots>,
    /// What settings that are broken have as the password.
    pub password: Option<Secret>,
}

impl Notes {
    /// Notes with the row's line and nothing else yet.
    #[must_use]
    pub fn new(summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            ..Self::default()
        }
    }

    /// Adds a named value.
    pub fn fact(&mut self, name: &'static str, value: impl Into<Fact>) {
        self.facts.push((name, value.into()));
    }

    /// Adds a finding.
    pub fn found(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// The gravest severity among the findings.
    #[must_use]
    pub fn gravest(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// Why the doctor could not look.
#[derive(Debug)]
pub struct Breakage(pub String);

impl From<anyhow::Error> for Breakage {
    fn from(error: anyhow::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

/// What a probe hands back. Only the first two let the chain go on.
#[derive(Debug)]
pub enum Probed<T> {
    /// Nothing here breaks the application; `T` is what the layer above needs.
    Sound(T, Notes),
    /// The layer does not apply here, for the reason given.
    NotApplicable(T, String),
    /// The layer is broken: the notes hold a failing finding.
    Broken(Notes),
    /// The probe itself broke.
    Broke(Breakage),
}

impl<T> Probed<T> {
    /// A layer with nothing to pass on: broken if any finding fails, sound if none does.
    #[must_use]
    pub fn judged(carried: T, notes: Notes) -> Self {
        if notes.gravest() == Some(Severity::Fail) {
            Self::Broken(notes)
        } else {
            Self::Sound(carried, notes)
        }
    }

    /// A layer that is broken by this one finding; its title is the row's line.
    #[must_use]
    pub fn broken_by(finding: Finding, mut notes: Notes) -> Self {
        notes.summary.clone_from(&finding.title);
        notes.found(finding);
        Self::Broken(notes)
    }
}
