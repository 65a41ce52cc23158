//! The report for people: a row per layer as it comes, then the findings with their remedies.

use std::io::Write;

use super::bar;
use super::style::Style;
use super::wrap::hanging;
use super::{Detail, Out, Reporter};
use crate::diagnosis::{Diagnosis, LayerReport};
use crate::exit_code::ExitCode;
use crate::finding::{Finding, Severity};
use crate::foreign::escaped;
use crate::remedy::{Place, Remedy, Step};
use crate::verdict::{Fact, Verdict};

/// Where a row's text begins, and a finding's.
const ROW_INDENT: usize = 21;
const LABEL_WIDTH: usize = 10;
const TEXT_INDENT: usize = 2 + LABEL_WIDTH;
const PASTE_INDENT: usize = TEXT_INDENT + 7;

/// The report for people.
pub struct Human {
    out: Out,
    style: Style,
    detail: Detail,
}

impl std::fmt::Debug for Human {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Human").field("detail", &self.detail).finish_non_exhaustive()
    }
}

impl Human {
    /// Reports to `out`.
    #[must_use]
    pub fn new(out: Out, style: Style, detail: Detail) -> Self {
        Self { out, style, detail }
    }

    /// Every finding with its remedy, the gravest first.
    pub(super) fn findings(&mut self, mut findings: Vec<&Finding>) {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        for finding in findings {
            self.finding(finding);
        }
    }

    pub(super) fn line(&mut self, text: &str) {
        // A reader that has hung up wants no more.
        let _ = writeln!(self.out, "{text}");
    }

    fn labelled(&mut self, label: &str, text: &str) {
        self.line(&format!("  {label:<LABEL_WIDTH$}{}", hanging(&escaped(text), TEXT_INDENT)));
    }

    pub(super) fn finding(&mut self, finding: &Finding) {
        let verdict = match finding.severity {
            Severity::Fail => Verdict::Fail,
            Severity::Warn => Verdict::Warn,
            Severity::Info => Verdict::Pass,
        };
        let word = if finding.severity == Severity::Info {
            "  info ".to_owned()
        } else {
            self.style.verdict(verdict)
        };
        let code = self.style.heading(&finding.kind.code().to_string());
        self.line("");
        self.line(&format!("{word} {code}"));
        self.line(&format!("  {}", hanging(&escaped(&finding.title), 2)));
        if !finding.detail.is_empty() {
            self.line("");
            self.line(&format!("  {}", hanging(&escaped(&finding.detail), 2)));
        }
        if !finding.evidence.is_empty() {
            self.line("");
        }
        for line in &finding.evidence {
            self.labelled("seen", line);
        }
        if !finding.candidates.is_empty() {
            self.line("");
        }
        for (index, candidate) in finding.candidates.iter().enumerate() {
            self.labelled(if index == 0 { "either" } else { "or" }, &candidate.cause);
            self.labelled("  check", &candidate.check);
        }
        if let Some(remedy) = &finding.remedy {
            self.remedy(remedy);
        }
    }

    fn remedy(&mut self, remedy: &Remedy) {
        self.line("");
        self.labelled("fix", &remedy.summary);
        for (index, step) in remedy.steps.iter().enumerate() {
            let text = format!("{}. {}: {}", index + 1, place(step), escaped(&step.text));
            self.line(&format!("  {:LABEL_WIDTH$}{}", "", hanging(&text, TEXT_INDENT + 3)));
            self.pasted(step.run.as_deref());
            if let Some(undo) = &step.undo {
                self.line(&format!("{:indent$}to undo it:", "", indent = TEXT_INDENT + 3));
                self.pasted(Some(undo));
            }
        }
        if let Some(verify) = &remedy.verify {
            self.line(&format!("  {:<LABEL_WIDTH$}{}", "then", self.style.command(&escaped(verify))));
        }
    }

    /// Never broken, so that it can be pasted; further in than any words, so that it cannot be taken for them.
    fn pasted(&mut self, text: Option<&str>) {
        for line in text.unwrap_or_default().lines() {
            self.line(&format!("{:PASTE_INDENT$}{}", "", self.style.command(&escaped(line))));
        }
    }
}

/// `in database "shop", as superuser`
fn place(step: &Step) -> String {
    let mut place = match step.place {
        Place::AppHost => "on the application's host",
        Place::Database => "in the database",
        Place::DatabaseHost => "on the database's host",
        Place::Pooler => "at the pooler",
        Place::Provider => "at the provider",
        Place::AppConfig => "in the application's settings",
        Place::Code => "in the code",
    }
    .to_owned();
    if let Some(database) = &step.database {
        place = format!("in database \"{}\"", escaped(database));
    }
    if let Some(actor) = &step.actor {
        place = format!("{place}, as {}", escaped(actor));
    }
    place
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

impl Reporter for Human {
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
            self.line(
                &self
                    .style
                    .aside(&format!("{:ROW_INDENT$}{:.1} ms", "", row.duration.as_secs_f64() * 1_000.0)),
            );
            for (name, value) in &row.notes.facts {
                let text = hanging(&escaped(&format!("{name}: {}", fact(value))), ROW_INDENT + 2);
                self.line(&self.style.aside(&format!("{:ROW_INDENT$}{text}", "")));
            }
        }
    }

    fn end(&mut self, diagnosis: &Diagnosis) {
        let shown = |severity| match self.detail {
            Detail::Verbose => true,
            Detail::Normal | Detail::Quiet => severity > Severity::Info,
        };
        let findings: Vec<&Finding> = diagnosis.findings().filter(|finding| shown(finding.severity)).collect();
        let none = findings.is_empty();
        self.findings(findings);
        if self.detail == Detail::Quiet && none {
            return;
        }
        self.line("");
        let verdict = self.style.heading(&sum(diagnosis));
        self.line(&verdict);
    }
}

/// The last line.
fn sum(diagnosis: &Diagnosis) -> String {
    let time = format!("{:.0} ms", diagnosis.duration.as_secs_f64() * 1_000.0);
    let code = diagnosis.exit_code.number();
    match (diagnosis.verdict, diagnosis.exit_code) {
        (Verdict::Fail, ExitCode::Layer(layer)) => format!("fail: the {layer} layer is broken (exit code {code}, {time})"),
        (Verdict::Error, _) => format!("error: the doctor could not look (exit code {code}, {time})"),
        (Verdict::Warn, _) => format!("warn: nothing is broken yet (exit code {code}, {time})"),
        (verdict, _) => format!("{}: nothing is broken (exit code {code}, {time})", verdict.name()),
    }
}
