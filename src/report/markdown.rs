//! The report in Markdown: for a ticket, a chat, the summary of a CI job.

use std::fmt::{self, Write as _};
use std::io::Write as _;

use super::finding::place;
use super::{Out, Reporter, grouped};
use crate::diagnosis::Diagnosis;
use crate::finding::{Finding, Severity};
use crate::foreign::{escaped, one_line};
use crate::outcome::Outcome;
use crate::remedy::Remedy;
use crate::verdict::Verdict;

/// The report in Markdown.
pub struct Markdown(pub Out);

impl Reporter for Markdown {
    fn end(&mut self, outcome: &Outcome) {
        // A reader that has hung up wants no more.
        let _ = self.0.write_all(page(outcome).as_bytes());
    }
}

/// The whole page.
pub fn page(outcome: &Outcome) -> String {
    let mut page = Page(String::new());
    page.line(&format!("### dbdoctor: {}", Md(&one_line(&outcome.headline()))));
    match outcome {
        Outcome::One(diagnosis) => page.layers(diagnosis),
        Outcome::Many(fleet) => page.targets(&fleet.diagnoses),
    }
    for group in grouped::findings(outcome.diagnoses(), Severity::Warn) {
        page.finding(group.finding, &group.on(outcome));
    }
    let milliseconds = outcome.duration().as_secs_f64() * 1_000.0;
    page.line(&format!("Exit code {}, {milliseconds:.0} ms", outcome.exit_code().number()));
    page.0
}

const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✅ pass",
        Verdict::Warn => "⚠️ warn",
        Verdict::Fail => "❌ **fail**",
        Verdict::Error => "❓ **error**",
        Verdict::Skip => "➖ skip",
    }
}

struct Page(String);

impl Page {
    /// A block, with the empty line that ends it.
    fn line(&mut self, text: &str) {
        // Writing to a String cannot fail, here as below.
        let _ = writeln!(self.0, "{text}\n");
    }

    fn layers(&mut self, diagnosis: &Diagnosis) {
        let _ = writeln!(self.0, "| | layer | |\n|---|---|---|");
        for row in diagnosis.rows() {
            let text = row.reason.as_ref().unwrap_or(&row.notes.summary);
            let _ = writeln!(self.0, "| {} | {} | {} |", mark(row.verdict), row.layer, Md(&one_line(text)));
        }
        self.0.push('\n');
    }

    fn targets(&mut self, diagnoses: &[Diagnosis]) {
        let _ = writeln!(self.0, "| | target | |\n|---|---|---|");
        for diagnosis in diagnoses {
            let line = diagnosis.line();
            let said = line.strip_prefix(diagnosis.verdict.name()).unwrap_or(&line);
            let said = one_line(said.trim_start_matches([':', ' ']));
            let name = one_line(&diagnosis.name());
            let _ = writeln!(self.0, "| {} | {} | {} |", mark(diagnosis.verdict), Md(&name), Md(&said));
        }
        self.0.push('\n');
    }

    fn finding(&mut self, finding: &Finding, on: &str) {
        let title = one_line(&finding.title);
        self.line(&format!(
            "#### {} `{}`{}",
            finding.severity.name(),
            finding.kind.code(),
            Md(&one_line(on))
        ));
        self.line(&Md(&title).to_string());
        if !finding.detail.is_empty() {
            self.line(&Md(&escaped(&finding.detail)).to_string());
        }
        if !finding.evidence.is_empty() {
            self.line(&fenced(&finding.evidence.join("\n"), "text", ""));
        }
        for candidate in &finding.candidates {
            let (cause, check) = (one_line(&candidate.cause), one_line(&candidate.check));
            let _ = writeln!(self.0, "- {}\n  - check: {}", Md(&cause), Md(&check));
        }
        if !finding.candidates.is_empty() {
            self.0.push('\n');
        }
        if let Some(remedy) = &finding.remedy {
            self.remedy(remedy);
        }
    }

    fn remedy(&mut self, remedy: &Remedy) {
        self.line(&format!("**Fix:** {}", Md(&one_line(&remedy.summary))));
        for (index, step) in remedy.steps.iter().enumerate() {
            let text = one_line(&format!("{}: {}", place(step), step.text));
            self.line(&format!("{}. {}", index + 1, Md(&text)));
            let language = if step.place.name() == "database" { "sql" } else { "text" };
            if let Some(run) = &step.run {
                self.line(&fenced(run, language, "   "));
            }
            if let Some(undo) = &step.undo {
                self.line("   To undo it:");
                self.line(&fenced(undo, language, "   "));
            }
        }
        if let Some(verify) = &remedy.verify {
            self.line("**Then:**");
            self.line(&fenced(verify, "sh", ""));
        }
    }
}

/// A block of code whose fence is longer than any in the text.
fn fenced(text: &str, language: &str, indent: &str) -> String {
    let text = escaped(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let lines = text.lines().map(|line| format!("{indent}{line}\n"));
    format!("{indent}{fence}{language}\n{}{indent}{fence}", lines.collect::<String>())
}

/// Words in which nothing is markup, and little is escaped: chats show Markdown as it stands. Line feeds stay: in a table's cell there
/// may be none.
struct Md<'a>(&'a str);

impl fmt::Display for Md<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = escaped(self.0);
        let (mut before, mut line_begins) = (' ', true);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let inside_word = before.is_alphanumeric() && chars.peek().is_some_and(|next| next.is_alphanumeric());
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                // Nobody is to be called by a role's name.
                '@' if !before.is_alphanumeric() => f.write_str("&#64;<!-- -->")?,
                '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' => write!(f, "\\{c}")?,
                '_' if !inside_word => f.write_str("\\_")?,
                '#' | '+' | '-' | '=' if line_begins => write!(f, "\\{c}")?,
                c => f.write_char(c)?,
            }
            line_begins = c == '\n' || line_begins && c == ' ';
            before = c;
        }
        Ok(())
    }
}
