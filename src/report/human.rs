//! The report for people: a row per layer as it comes, then the findings with their remedies.

use std::io::Write;
use std::time::Duration;

use super::bar;
use super::style::Style;
use super::wrap::hanging;
use super::{Detail, Out, Reporter, finding, grouped};
use crate::diagnosis::{Diagnosis, LayerReport};
use crate::exit_code::ExitCode;
use crate::finding::{Finding, Severity};
use crate::foreign::{escaped, one_line};
use crate::outcome::{Fleet, Outcome};
use crate::verdict::{Fact, Verdict};

/// Where a row's text begins.
const ROW_INDENT: usize = 21;
/// The widest name of a target that rows are aligned to.
const NAME_WIDTH: usize = 30;

/// The report for people.
pub struct Human {
    out: Out,
    style: Style,
    detail: Detail,
    /// The width of the column with the targets' names.
    names: usize,
}

impl Human {
    /// Reports to `out`.
    #[must_use]
    pub fn new(out: Out, style: Style, detail: Detail) -> Self {
        Self {
            out,
            style,
            detail,
            names: 0,
        }
    }

    /// Every finding with its remedy, the gravest first.
    pub(super) fn findings(&mut self, mut findings: Vec<&Finding>) {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        for finding in findings {
            self.finding(finding, "");
        }
    }

    pub(super) fn line(&mut self, text: &str) {
        // A reader that has hung up wants no more.
        let _ = writeln!(self.out, "{text}");
    }

    pub(super) fn finding(&mut self, finding: &Finding, on: &str) {
        self.line(finding::lines(finding, self.style, on).trim_end_matches('\n'));
    }
}

pub(super) fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Text(text) => text.clone(),
        Fact::Count(count) => count.to_string(),
        Fact::Number(number) => number.to_string(),
        Fact::Flag(flag) => flag.to_string(),
        Fact::List(list) => list.join("; "),
    }
}

impl Human {
    /// From which severity on findings are shown.
    fn shown(&self) -> Severity {
        match self.detail {
            Detail::Verbose => Severity::Info,
            Detail::Normal | Detail::Quiet => Severity::Warn,
        }
    }

    fn facts(&mut self, row: &LayerReport) {
        let took = format!("{:ROW_INDENT$}{:.1} ms", "", milliseconds(row.duration));
        self.line(&self.style.aside(&took));
        for (name, value) in &row.notes.facts {
            let text = hanging(&escaped(&format!("{name}: {}", fact(value))), ROW_INDENT + 2);
            self.line(&self.style.aside(&format!("{:ROW_INDENT$}{text}", "")));
        }
    }

    fn one(&mut self, diagnosis: &Diagnosis) {
        let from = self.shown();
        let findings: Vec<&Finding> = diagnosis.findings().filter(|finding| finding.severity >= from).collect();
        let none = findings.is_empty();
        self.findings(findings);
        if self.detail > Detail::Quiet || !none || diagnosis.verdict == Verdict::Error {
            self.last_line(&sum(diagnosis));
        }
    }

    fn many(&mut self, outcome: &Outcome, fleet: &Fleet) {
        let groups = grouped::findings(&fleet.diagnoses, self.shown());
        for group in &groups {
            self.finding(group.finding, &group.on(outcome));
        }
        if self.detail > Detail::Quiet || !groups.is_empty() || fleet.verdict == Verdict::Error {
            self.last_line(&format!("{} {}", fleet.headline(), ending(fleet.exit_code, fleet.duration)));
        }
    }

    fn last_line(&mut self, text: &str) {
        let text = self.style.heading(&hanging(&escaped(text), 0));
        self.line("");
        self.line(&text);
    }
}

impl Reporter for Human {
    fn begin(&mut self, targets: &[String]) {
        let width = |name: &String| escaped(name).chars().count();
        self.names = targets.iter().map(width).max().unwrap_or_default().min(NAME_WIDTH);
    }

    fn row(&mut self, row: &LayerReport) {
        if self.detail == Detail::Quiet {
            return;
        }
        let text = row.reason.as_ref().unwrap_or(&row.notes.summary);
        let text = hanging(&escaped(text), ROW_INDENT);
        let text = if row.verdict == Verdict::Skip {
            self.style.aside(&text)
        } else {
            text
        };
        self.line(&format!("{} {:<11}  {text}", self.style.verdict(row.verdict), row.layer));
        if let Some(slots) = &row.notes.slots {
            for line in bar::lines(slots, ROW_INDENT, self.style) {
                self.line(&format!("{:ROW_INDENT$}{line}", ""));
            }
        }
        if self.detail == Detail::Verbose {
            self.facts(row);
        }
    }

    fn target(&mut self, diagnosis: &Diagnosis) {
        if self.detail == Detail::Quiet {
            return;
        }
        let text = match (diagnosis.broken_probe(), diagnosis.decisive()) {
            (Some(row), _) => format!("{}: {}", row.layer, row.reason.as_deref().unwrap_or("unknown")),
            (None, Some(finding)) => format!("{}: {}", finding.kind.code(), finding.title),
            (None, None) => diagnosis.counted(),
        };
        let (name, width) = (one_line(&diagnosis.name()), self.names);
        let text = hanging(&escaped(&text), 8 + width + 2);
        self.line(&format!("{} {name:<width$}  {text}", self.style.verdict(diagnosis.verdict)));
    }

    fn end(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::One(diagnosis) => self.one(diagnosis),
            Outcome::Many(fleet) => self.many(outcome, fleet),
        }
    }
}

/// The last line.
fn sum(diagnosis: &Diagnosis) -> String {
    let said = match (diagnosis.verdict, diagnosis.exit_code) {
        (_, ExitCode::Interrupted) => "error: interrupted".to_owned(),
        (Verdict::Fail, ExitCode::Layer(layer)) => format!("fail: the {layer} layer is broken"),
        (Verdict::Error, _) => "error: the doctor could not look".to_owned(),
        (Verdict::Warn, _) => "warn: nothing is broken yet".to_owned(),
        (verdict, _) => format!("{}: nothing is broken", verdict.name()),
    };
    format!("{said} {}", ending(diagnosis.exit_code, diagnosis.duration))
}

fn ending(code: ExitCode, duration: Duration) -> String {
    format!("(exit code {}, {:.0} ms)", code.number(), milliseconds(duration))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
