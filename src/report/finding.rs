//! A finding with its remedy, in words.

use std::fmt::Write as _;

use super::style::Style;
use super::wrap::hanging;
use crate::finding::{Finding, Severity};
use crate::foreign::escaped;
use crate::remedy::{Remedy, Step};
use crate::verdict::Verdict;

const MARK_INDENT: usize = 8;
const LABEL_WIDTH: usize = 10;
const TEXT_INDENT: usize = 2 + LABEL_WIDTH;
const PASTE_INDENT: usize = TEXT_INDENT + 7;

/// The finding's lines: its mark and code, on which targets it is, what was seen, what it means, what to do.
pub fn lines(finding: &Finding, style: Style, on: &str) -> String {
    let mut page = Page {
        text: String::new(),
        style,
    };
    page.finding(finding, on);
    page.text
}

/// The same without the mark: for formats with a place of their own for it.
pub fn body(finding: &Finding) -> String {
    let mut page = Page {
        text: String::new(),
        style: Style::plain(),
    };
    page.body(finding);
    page.text
}

struct Page {
    text: String,
    style: Style,
}

impl Page {
    fn line(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{text}");
    }

    fn labelled(&mut self, label: &str, text: &str) {
        self.line(&format!("  {label:<LABEL_WIDTH$}{}", hanging(&escaped(text), TEXT_INDENT)));
    }

    fn finding(&mut self, finding: &Finding, on: &str) {
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
        self.line(&format!("{word} {code}{}", hanging_on(on)));
        self.body(finding);
    }

    fn body(&mut self, finding: &Finding) {
        self.line(&format!("  {}", hanging(&escaped(&finding.title), 2)));
        for paragraph in finding.detail.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            self.line("");
            self.line(&format!("  {}", hanging(&escaped(paragraph), 2)));
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
            if !candidate.check.is_empty() {
                self.labelled("  check", &candidate.check);
            }
        }
        if let Some(remedy) = &finding.remedy {
            self.remedy(remedy);
        }
    }

    fn remedy(&mut self, remedy: &Remedy) {
        self.line("");
        // Where the first step is the summary, it need not be said twice.
        let said = remedy.steps.first().is_some_and(|step| step.text == remedy.summary);
        if !said {
            self.labelled("fix", &remedy.summary);
        }
        for (index, step) in remedy.steps.iter().enumerate() {
            let label = if said && index == 0 { "fix" } else { "" };
            let text = format!("{}. {}: {}", index + 1, place(step), escaped(&step.text));
            self.line(&format!("  {label:LABEL_WIDTH$}{}", hanging(&text, TEXT_INDENT + 3)));
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

/// The targets behind a finding's code; further lines stand where the code does.
fn hanging_on(on: &str) -> String {
    if on.is_empty() {
        String::new()
    } else {
        format!(" {}", hanging(&escaped(on), MARK_INDENT))
    }
}

/// `in database "shop", as superuser`
pub fn place(step: &Step) -> String {
    let mut place = step.place.words().to_owned();
    if let Some(database) = &step.database {
        place = format!("in database \"{}\"", escaped(database));
    }
    if let Some(actor) = &step.actor {
        place = format!("{place}, as {}", escaped(actor));
    }
    place
}
