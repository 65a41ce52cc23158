//! The report in one line; of many targets, one line each.

use super::{Out, Reporter};
use crate::foreign::one_line;
use crate::outcome::Outcome;

/// The report in one line.
pub struct Short(pub Out);

impl Reporter for Short {
    fn end(&mut self, outcome: &Outcome) {
        for diagnosis in outcome.diagnoses() {
            let line = match outcome {
                Outcome::One(_) => diagnosis.line(),
                Outcome::Many(_) => format!("{}: {}", diagnosis.name(), diagnosis.line()),
            };
            // A reader that has hung up wants no more.
            let _ = writeln!(self.0, "{}", one_line(&line));
        }
    }
}
