//! The commands as a shell script: everything else is a comment, so the whole can be saved, pasted and checked.

use std::fmt::Write as _;
use std::io::Write as _;

use super::{INTRODUCTION, Page, meaning};
use crate::foreign::escaped;
use crate::report::Out;
use crate::report::style::Style;
use crate::report::wrap::{self, hanging};
use crate::runbook::{Section, Step};

/// Prints the script.
pub fn human(mut out: Out, style: Style, page: &Page<'_>) {
    let mut text = String::from("#!/bin/sh\n");
    text.push_str(&comment(&format!("By hand what dbdoctor asks of {}.", page.subject), 2));
    text.push_str(&comment(INTRODUCTION, 2));
    for finding in page.findings {
        let code = finding.kind.code();
        text.push_str(&comment(&format!("{}: {code}: {}", finding.severity.name(), finding.title), 4));
    }
    for (index, section) in page.runbook.sections.iter().enumerate() {
        text.push_str(&of_section(style, index + 1, section));
    }
    // A reader that has hung up wants no more.
    let _ = out.write_all(text.as_bytes());
}

fn of_section(style: Style, number: usize, section: &Section) -> String {
    let heading = format!("# {number} {}: {}", section.topic.name(), section.topic.question());
    let mut text = format!("\n{}\n", style.heading(&heading));
    if let Some(reason) = &section.skipped {
        text.push_str(&style.aside(&comment(&format!("- {reason}"), 4)));
    }
    for step in &section.steps {
        text.push_str(&of_step(style, step));
    }
    text
}

fn of_step(style: Style, step: &Step) -> String {
    let mut text = format!("\n{}", comment(&step.text, 2));
    for line in step.run.lines() {
        text.push_str(&style.command(&escaped(line)));
        text.push('\n');
    }
    let width = step
        .looks
        .iter()
        .map(|look| meaning(look).chars().count())
        .max()
        .unwrap_or_default();
    for look in &step.looks {
        let line = format!("#   {:<width$}  ", meaning(look));
        let indent = line.chars().count();
        let shows = hanging(&escaped(&look.shows), indent).replace('\n', "\n#").replace("\n# ", "\n#");
        let _ = writeln!(text, "{line}{shows}");
    }
    text
}

/// Lines of a comment, those after the first indented.
fn comment(text: &str, indent: usize) -> String {
    let lines = wrap::lines(&escaped(text), indent);
    let lines = lines.iter().enumerate().map(|(index, line)| {
        let blanks = if index == 0 { 1 } else { indent - 1 };
        format!("#{:blanks$}{line}\n", "")
    });
    lines.collect::<Vec<_>>().concat()
}
