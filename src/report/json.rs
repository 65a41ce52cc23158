//! The report as one JSON document, version 1.
//!
//! The types here are the format's own, so that the inside can move without it. Keys are only ever added.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

use serde::Serialize;

use super::{Out, Reporter};
use crate::diagnosis::{self, Diagnosis, LayerReport};
use crate::finding;
use crate::foreign::escaped;
use crate::outcome::{Fleet, Outcome};
use crate::remedy;
use crate::verdict::Fact;

/// The version of the format.
pub(super) const SCHEMA: u32 = 1;

#[derive(Debug, Serialize)]
struct Document {
    schema: u32,
    version: &'static str,
    target: Target,
    verdict: &'static str,
    failed_layer: Option<&'static str>,
    exit_code: u8,
    duration_ms: f64,
    layers: Vec<Layer>,
    /// Only where the application was to be asked itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<Layer>,
}

#[derive(Debug, Serialize)]
struct Target {
    name: Option<String>,
    host: Option<String>,
    port: Option<u16>,
    database: Option<String>,
    user: Option<String>,
    sslmode: Option<String>,
    source: Option<String>,
}

#[derive(Debug, Serialize)]
struct Layer {
    #[serde(rename = "layer")]
    name: &'static str,
    verdict: &'static str,
    summary: Option<String>,
    duration_ms: f64,
    reason: Option<String>,
    facts: BTreeMap<&'static str, serde_json::Value>,
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
pub(super) struct Finding {
    code: String,
    layer: &'static str,
    severity: &'static str,
    title: String,
    detail: String,
    evidence: Vec<String>,
    candidates: Vec<Candidate>,
    remedy: Option<Remedy>,
}

#[derive(Debug, Serialize)]
struct Candidate {
    cause: String,
    check: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Remedy {
    summary: String,
    steps: Vec<Step>,
    verify: Option<String>,
}

#[derive(Debug, Serialize)]
struct Step {
    r#where: &'static str,
    database: Option<String>,
    r#as: Option<String>,
    text: String,
    run: Option<String>,
    undo: Option<String>,
}

#[derive(Debug, Serialize)]
struct Documents {
    schema: u32,
    version: &'static str,
    verdict: &'static str,
    exit_code: u8,
    duration_ms: f64,
    targets: Vec<Document>,
}

/// The report as JSON.
pub struct Json(pub Out);

impl Reporter for Json {
    fn end(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::One(diagnosis) => write(&mut self.0, &document(diagnosis)),
            Outcome::Many(fleet) => write(&mut self.0, &documents(fleet)),
        }
    }
}

/// One document, on lines of its own.
pub(super) fn write(out: &mut dyn Write, document: &impl Serialize) {
    let mut buffered = BufWriter::new(out);
    // A reader that has hung up wants no more.
    let _ = serde_json::to_writer_pretty(&mut buffered, document);
    let _ = writeln!(buffered);
}

fn documents(fleet: &Fleet) -> Documents {
    Documents {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        verdict: fleet.verdict.name(),
        exit_code: fleet.exit_code.number(),
        duration_ms: milliseconds(fleet.duration),
        targets: fleet.diagnoses.iter().map(document).collect(),
    }
}

fn document(diagnosis: &Diagnosis) -> Document {
    Document {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        target: target(&diagnosis.target),
        verdict: diagnosis.verdict.name(),
        failed_layer: diagnosis.failed_layer.map(crate::layer::Layer::name),
        exit_code: diagnosis.exit_code.number(),
        duration_ms: milliseconds(diagnosis.duration),
        layers: diagnosis.layers.iter().map(layer).collect(),
        application: diagnosis.application.as_ref().map(layer),
    }
}

fn target(target: &diagnosis::TargetSummary) -> Target {
    let shown = |text: &Option<String>| text.as_deref().map(escaped);
    Target {
        name: shown(&target.name),
        host: shown(&target.host),
        port: target.port,
        database: shown(&target.database),
        user: shown(&target.user),
        sslmode: shown(&target.sslmode),
        source: shown(&target.source),
    }
}

fn layer(row: &LayerReport) -> Layer {
    Layer {
        name: row.layer.name(),
        verdict: row.verdict.name(),
        summary: (!row.notes.summary.is_empty()).then(|| escaped(&row.notes.summary)),
        duration_ms: milliseconds(row.duration),
        reason: row.reason.as_deref().map(escaped),
        facts: row.notes.facts.iter().map(|(name, value)| (*name, fact(value))).collect(),
        findings: row.notes.findings.iter().map(finding).collect(),
    }
}

pub(super) fn fact(fact: &Fact) -> serde_json::Value {
    match fact {
        Fact::Text(text) => escaped(text).into(),
        Fact::Count(count) => (*count).into(),
        Fact::Number(number) => (*number).into(),
        Fact::Flag(flag) => (*flag).into(),
        Fact::List(list) => list.iter().map(|text| escaped(text)).collect(),
    }
}

pub(super) fn finding(finding: &finding::Finding) -> Finding {
    let candidate = |candidate: &finding::Candidate| Candidate {
        cause: escaped(&candidate.cause),
        check: escaped(&candidate.check),
    };
    Finding {
        code: finding.kind.code().to_string(),
        layer: finding.kind.layer.name(),
        severity: finding.severity.name(),
        title: escaped(&finding.title),
        detail: escaped(&finding.detail),
        evidence: finding.evidence.iter().map(|line| escaped(line)).collect(),
        candidates: finding.candidates.iter().map(candidate).collect(),
        remedy: finding.remedy.as_ref().map(remedy),
    }
}

pub(super) fn remedy(remedy: &remedy::Remedy) -> Remedy {
    Remedy {
        summary: escaped(&remedy.summary),
        steps: remedy.steps.iter().map(step).collect(),
        verify: remedy.verify.as_deref().map(escaped),
    }
}

fn step(step: &remedy::Step) -> Step {
    let shown = |text: &Option<String>| text.as_deref().map(escaped);
    Step {
        r#where: step.place.name(),
        database: shown(&step.database),
        r#as: shown(&step.actor),
        text: escaped(&step.text),
        run: shown(&step.run),
        undo: shown(&step.undo),
    }
}

/// Milliseconds, to a hundredth.
fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}
