//! The report as GitHub Actions read it: an annotation for each finding, and the whole in Markdown as the step's summary.

use std::fmt::{self, Write as _};
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::PathBuf;

use super::{Out, Reporter, finding, grouped, markdown};
use crate::finding::{Finding, Severity};
use crate::foreign::{escaped, one_line};
use crate::outcome::Outcome;

/// The variable that names the file with the step's summary.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// GitHub refuses a step's summary that is larger, in bytes.
const LARGEST_SUMMARY: usize = 1024 * 1024;

/// The report as GitHub Actions read it.
pub struct Github {
    out: Out,
    summary: Option<PathBuf>,
}

impl Github {
    /// Reports to `out`, and to the file that the runner names.
    pub fn new(out: Out) -> Self {
        let summary = std::env::var_os(SUMMARY).filter(|path| !path.is_empty());
        Self {
            out,
            summary: summary.map(PathBuf::from),
        }
    }

    fn line(&mut self, text: &str) {
        // A reader that has hung up wants no more.
        let _ = writeln!(self.out, "{text}");
    }
}

impl Reporter for Github {
    fn end(&mut self, outcome: &Outcome) {
        for diagnosis in outcome.diagnoses() {
            let target = match outcome {
                Outcome::One(_) => String::new(),
                Outcome::Many(_) => format!(" ({})", diagnosis.name()),
            };
            if let Some(row) = diagnosis.broken_probe() {
                let why = row.reason.as_deref().unwrap_or("unknown");
                let title = format!("dbdoctor could not look: {}{target}", row.layer);
                self.line(&annotation("error", &title, why));
            }
            for row in diagnosis.rows().filter(|_| matches!(outcome, Outcome::One(_))) {
                let text = row.reason.as_ref().unwrap_or(&row.notes.summary);
                self.line(&plain(&format!("{} {}: {}", row.verdict.name(), row.layer, one_line(text))));
            }
        }
        for group in grouped::findings(outcome.diagnoses(), Severity::Info) {
            self.line(&of_finding(group.finding, &group.on(outcome)));
        }
        let headline = format!("{} (exit code {})", outcome.headline(), outcome.exit_code().number());
        self.line(&plain(&one_line(&headline)));
        if let Some(Err(error)) = self.summary.as_ref().map(|path| append(path, outcome)) {
            // Nobody may be listening there.
            let _ = writeln!(io::stderr(), "dbdoctor: the step's summary cannot be written: {error}");
        }
    }
}

fn append(path: &PathBuf, outcome: &Outcome) -> io::Result<()> {
    let mut page = markdown::page(outcome);
    if page.len() > LARGEST_SUMMARY {
        let end = (0..=LARGEST_SUMMARY / 2).rev().find(|end| page.is_char_boundary(*end));
        page.truncate(end.unwrap_or_default());
        page.push_str("\n\n… the rest is too long for a step's summary\n");
    }
    OpenOptions::new().append(true).create(true).open(path)?.write_all(page.as_bytes())
}

fn of_finding(finding: &Finding, on: &str) -> String {
    let command = match finding.severity {
        Severity::Fail => "error",
        Severity::Warn => "warning",
        Severity::Info => "notice",
    };
    let title = format!("{}{on}", finding.kind.code());
    annotation(command, &title, finding::body(finding).trim_end())
}

/// `::error title=…::…`
fn annotation(command: &str, title: &str, message: &str) -> String {
    format!(
        "::{command} title={}::{}",
        Command {
            text: &one_line(title),
            property: true
        },
        Command {
            text: message,
            property: false
        }
    )
}

/// A line in which the runner finds no command: none begins it, and the older form may stand nowhere.
fn plain(text: &str) -> String {
    let text = text.replace("##[", "## [");
    if text.trim_start().starts_with("::") {
        format!(". {text}")
    } else {
        text
    }
}

/// Text of a workflow command, as the toolkit of GitHub escapes it.
struct Command<'a> {
    text: &'a str,
    /// Between the command's name and its message.
    property: bool,
}

impl fmt::Display for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in escaped(self.text).chars() {
            match c {
                '%' => f.write_str("%25")?,
                '\n' => f.write_str("%0A")?,
                ':' if self.property => f.write_str("%3A")?,
                ',' if self.property => f.write_str("%2C")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[test]
fn foreign_text_is_no_command() {
    let line = annotation("error", "a,b::c", "100%\n::warning::x\r##[error]y");
    assert_eq!(line, "::error title=a%2Cb%3A%3Ac::100%25%0A::warning::x\\r##[error]y");
    assert_eq!(plain(" ::error::x"), ".  ::error::x");
    assert_eq!(plain("x ##[error]y"), "x ## [error]y");
}
