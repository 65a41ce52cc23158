//! The commands as one JSON document, version 1. Keys are only ever added.

use std::io::Write as _;

use serde::Serialize;

use super::Page;
use crate::foreign::escaped;
use crate::report::Out;
use crate::report::json::{self, SCHEMA};
use crate::runbook;

#[derive(Debug, Serialize)]
struct Document<'a> {
    schema: u32,
    version: &'static str,
    subject: String,
    exit_code: u8,
    findings: Vec<json::Finding>,
    sections: Vec<Section<'a>>,
}

#[derive(Debug, Serialize)]
struct Section<'a> {
    /// A layer, or `connection`, or `application`.
    topic: &'static str,
    question: &'static str,
    skipped: Option<&'a str>,
    steps: Vec<Step<'a>>,
}

#[derive(Debug, Serialize)]
struct Step<'a> {
    tool: &'static str,
    text: String,
    run: &'a str,
    look: Vec<Look>,
}

#[derive(Debug, Serialize)]
struct Look {
    shows: String,
    /// A fragment of the output, word for word.
    says: Option<&'static str>,
    /// `null` where it is as it should be.
    code: Option<String>,
}

/// Prints the document.
pub fn json(mut out: Out, page: &Page<'_>) {
    let document = Document {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        subject: escaped(&page.subject),
        exit_code: page.exit_code,
        findings: page.findings.iter().map(json::finding).collect(),
        sections: page.runbook.sections.iter().map(section).collect(),
    };
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    // A reader that has hung up wants no more.
    let _ = writeln!(out, "{text}");
}

fn section(section: &runbook::Section) -> Section<'_> {
    Section {
        topic: section.topic.name(),
        question: section.topic.question(),
        skipped: section.skipped.as_deref(),
        steps: section.steps.iter().map(step).collect(),
    }
}

fn step(step: &runbook::Step) -> Step<'_> {
    Step {
        tool: step.tool,
        text: escaped(&step.text),
        run: &step.run,
        look: step.looks.iter().map(look).collect(),
    }
}

fn look(look: &runbook::Look) -> Look {
    Look {
        shows: escaped(&look.shows),
        says: look.says,
        code: look.code.map(|code| code.to_string()),
    }
}
