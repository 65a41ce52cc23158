//! The commands as a page of Markdown.

use std::fmt::Write as _;
use std::io::Write as _;

use super::{INTRODUCTION, Page, meaning};
use crate::foreign::escaped;
use crate::report::Out;
use crate::runbook::{Section, Step};

/// Prints the page.
pub fn markdown(mut out: Out, page: &Page<'_>) {
    let mut text = format!(
        "# Runbook\n\nBy hand what dbdoctor asks of {}.\n\n{INTRODUCTION}\n",
        words(&page.subject)
    );
    for finding in page.findings {
        let _ = write!(
            text,
            "\n- **{}** `{}`: {}",
            finding.severity.name(),
            finding.kind.code(),
            words(&finding.title)
        );
    }
    if !page.findings.is_empty() {
        text.push('\n');
    }
    for (index, section) in page.runbook.sections.iter().enumerate() {
        text.push_str(&of_section(index + 1, section));
    }
    // A reader that has hung up wants no more.
    let _ = out.write_all(text.as_bytes());
}

fn of_section(number: usize, section: &Section) -> String {
    let mut text = format!("\n## {number}. {}\n\n{}\n", section.topic.name(), section.topic.question());
    if let Some(reason) = &section.skipped {
        let _ = write!(text, "\nSkipped: {}\n", words(reason));
    }
    section.steps.iter().for_each(|step| text.push_str(&of_step(step)));
    text
}

fn of_step(step: &Step) -> String {
    let fence = fence(&step.run);
    let mut text = format!("\n{}\n\n{fence}sh\n{}\n{fence}\n", words(&step.text), escaped(&step.run));
    for (index, look) in step.looks.iter().enumerate() {
        let break_before = if index == 0 { "\n" } else { "" };
        let meaning = match look.code {
            Some(_) => format!("`{}`", meaning(look)),
            None => meaning(look),
        };
        let _ = writeln!(text, "{break_before}- {meaning}: {}", words(&look.shows));
    }
    text
}

/// More backquotes than the command has in a row.
fn fence(command: &str) -> String {
    let longest = command.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// Text in which nothing is markup.
fn words(text: &str) -> String {
    let mut out = String::new();
    for c in escaped(text).replace('\n', " ").chars() {
        if "\\`*_<>[]|#".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
