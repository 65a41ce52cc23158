//! A check as it goes on: its rows to the reporter, what it waits for to the terminal.

use std::time::Duration;

use super::spinner::{Limit, Spinner};
use super::{Detail, Reporter};
use crate::diagnosis::{Diagnosis, LayerReport};
use crate::fleet::Watcher;
use crate::layer::Layer;
use crate::observer::{Observer, Waiting};

/// Shows one check, or those of many targets.
pub struct Live<'a> {
    reporter: &'a mut dyn Reporter,
    spinner: Spinner,
    /// While `--wait` waits, single layers are of no interest.
    waits: bool,
}

impl std::fmt::Debug for Live<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("spinner", &self.spinner).finish_non_exhaustive()
    }
}

impl<'a> Live<'a> {
    /// Shows a check that `reporter` reports.
    pub fn new(reporter: &'a mut dyn Reporter, detail: Detail) -> Self {
        Self {
            reporter,
            spinner: Spinner::new(detail),
            waits: false,
        }
    }
}

impl Watcher for Live<'_> {
    fn counted(&mut self, checked: usize, of: usize) {
        let text = format!("{checked} of {of} targets checked");
        if checked == 0 {
            self.spinner.show(&text, Limit::None);
        } else {
            self.spinner.say(&text);
        }
    }

    fn target(&mut self, diagnosis: &Diagnosis) {
        self.spinner.step_aside(|| self.reporter.target(diagnosis));
    }
}

impl Observer for Live<'_> {
    fn begins(&mut self, layer: Layer, what: &str, limit: Duration) {
        if !self.waits {
            self.spinner.show(&format!("{layer}: waiting for {what}"), Limit::For(limit));
        }
    }

    fn row(&mut self, row: &LayerReport) {
        self.waits = false;
        self.spinner.clear();
        self.reporter.row(row);
    }

    fn waits(&mut self, waiting: &Waiting<'_>) {
        let Waiting { refusal, attempt, until } = waiting;
        let text = format!("attempt {attempt} follows, since {refusal}");
        if std::mem::replace(&mut self.waits, true) {
            self.spinner.say(&text);
        } else {
            self.spinner.show(&text, Limit::Until(*until));
        }
    }
}
