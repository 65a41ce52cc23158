//! What `dbdoctor explain` recognised in a text or log.

use serde::Serialize;

use super::human::Human;
use super::json::{self, SCHEMA};
use super::style::Style;
use super::wrap::hanging;
use super::{Detail, Out};
use crate::conninfo::mask::mask_dsn;
use crate::explain::group::Group;
use crate::explain::scan::Told;
use crate::foreign::escaped;

/// The format of `dbdoctor explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ExplainFormat {
    /// The findings with their remedies, the lowest layer first.
    #[default]
    Human,
    /// One JSON document, version 1.
    Json,
}

#[derive(Debug, Serialize)]
struct Document {
    schema: u32,
    matches: Vec<Match>,
    others: Vec<Other>,
}

/// What is another service's.
#[derive(Debug, Serialize)]
struct Other {
    what: &'static str,
    first_line: u64,
    advice: &'static str,
}

#[derive(Debug, Serialize)]
struct Match {
    code: String,
    layer: &'static str,
    title: String,
    detail: String,
    count: u64,
    first_line: u64,
    last_line: u64,
    excerpt: String,
    evidence: Vec<String>,
    remedy: Option<json::Remedy>,
}

/// Writes what was recognised.
pub fn report(mut out: Out, format: ExplainFormat, style: Style, told: &Told) {
    match format {
        ExplainFormat::Human => human(out, style, told),
        ExplainFormat::Json => {
            let document = Document {
                schema: SCHEMA,
                matches: told.groups.iter().map(matched).collect(),
                others: told
                    .strangers
                    .iter()
                    .map(|(stranger, first_line)| Other {
                        what: stranger.what,
                        first_line,
                        advice: stranger.advice,
                    })
                    .collect(),
            };
            let text = serde_json::to_string_pretty(&document).unwrap_or_default();
            // A reader that has hung up wants no more.
            let _ = writeln!(out, "{text}");
        }
    }
}

fn matched(group: &Group) -> Match {
    let finding = group.finding();
    Match {
        code: finding.kind.code().to_string(),
        layer: finding.kind.layer.name(),
        title: escaped(&finding.title),
        detail: escaped(&finding.detail),
        count: group.count,
        first_line: group.first.line,
        last_line: group.last_line,
        excerpt: escaped(&group.first.excerpt),
        evidence: std::iter::once(seen(group))
            .chain(named(group))
            .map(|text| escaped(&text))
            .collect(),
        remedy: finding.remedy.as_ref().map(json::remedy),
    }
}

/// How often, where and when.
fn seen(group: &Group) -> String {
    let at = |line: u64, time: Option<&str>| time.map_or_else(|| format!("line {line}"), |time| format!("line {line} ({time})"));
    let first = at(group.first.line, group.first.time.as_deref());
    if group.count == 1 {
        return format!("seen once, in {first}");
    }
    let last = at(group.last_line, group.last_time.as_deref());
    format!("seen {} times, first in {first}, last in {last}", group.count)
}

/// What the log names.
fn named(group: &Group) -> impl Iterator<Item = String> + '_ {
    let first = group.first.facts.shown().map(|(name, value)| format!("{name}: \"{value}\""));
    first.chain(group.others())
}

fn human(out: Out, style: Style, told: &Told) {
    let mut human = Human::new(out, style, Detail::Normal);
    if told.groups.is_empty() {
        human.line("nothing of PostgreSQL's was recognised");
    }
    for group in &told.groups {
        let mut finding = group.finding();
        finding.evidence = vec![group.first.excerpt.clone(), seen(group)];
        finding.evidence.extend(group.others());
        if let Some(detail) = group.first.facts.get("detail") {
            finding.evidence.push(format!("the server's log adds: {}", mask_dsn(detail)));
        }
        human.finding(&finding, "");
    }
    for (stranger, line) in told.strangers.iter() {
        human.line(&format!("not PostgreSQL's, line {line}: {}", stranger.what));
        human.line(&format!("  {}", hanging(stranger.advice, 2)));
    }
}
