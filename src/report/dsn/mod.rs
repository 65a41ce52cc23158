//! The report of `dbdoctor dsn`.

mod human;
mod json;

pub use human::human;
pub use json::json;

use crate::conninfo::anatomy::RawCharacter;
use crate::consumers::Consumer;
use crate::consumers::choice::Installed;
use crate::consumers::comparison::{Part, differences};
use crate::consumers::intended::{self, Intended};
use crate::consumers::reading::{Reading, Refusal};
use crate::consumers::veil::Veil;
use crate::finding::{Finding, Severity};
use crate::secret::Secret;
use crate::settings::dsn;
use crate::settings::source::Source;

/// What every consumer makes of one connection string.
#[derive(Debug)]
pub struct Readings {
    source: String,
    intended: Option<Intended>,
    consumers: Vec<(Consumer, Result<Reading, Refusal>)>,
    findings: Vec<Finding>,
    veil: Veil,
    reveals: bool,
}

impl Readings {
    /// Reads the text as every consumer does, and judges it for what is installed, where that is known; `reveals` shows the password.
    #[must_use]
    pub fn of(source: &Source, text: &Secret, installed: Option<&Installed>, reveals: bool) -> Self {
        let judged = dsn::judge_for(source, text.reveal(), installed);
        let intended = intended::take_apart(text.reveal().trim_ascii());
        let veil = if reveals { Veil::lifted() } else { Veil::over(intended.as_ref()) };
        let mut findings = judged.findings;
        findings.extend(judged.disagreement);
        Self {
            source: source.to_string(),
            consumers: Consumer::ALL
                .into_iter()
                .map(|consumer| (consumer, consumer.read(text.reveal())))
                .collect(),
            intended,
            findings,
            veil,
            reveals,
        }
    }

    /// Whether a finding fails.
    #[must_use]
    pub fn broken(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Fail)
    }

    /// Whether every consumer reads the same.
    fn agree(&self) -> bool {
        let mut readings = self.consumers.iter().map(|(_, reading)| reading.as_ref().ok());
        let first = readings.next().flatten();
        first.is_some_and(|first| readings.all(|other| other.is_some_and(|other| differences(first, other).is_empty())))
    }

    /// The parts in which a reading is not what was meant.
    fn astray(&self, reading: &Reading) -> Vec<Part> {
        self.intended
            .as_ref()
            .map(|intended| differences(reading, &intended.reading))
            .unwrap_or_default()
    }

    /// The spelling that every consumer reads alike.
    fn encoded(&self) -> Option<String> {
        let spelling = self.intended.as_ref()?.spelling();
        Some(if self.reveals {
            String::from_utf8_lossy(spelling.url.reveal()).into_owned()
        } else {
            spelling.masked
        })
    }

    fn raw(&self) -> &[(&'static str, RawCharacter, usize)] {
        self.intended.as_ref().map_or(&[], |intended| intended.raw.as_slice())
    }
}
