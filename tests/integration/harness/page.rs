//! The examples of the findings' pages: what the binary really prints.

use std::fs;
use std::path::{Path, PathBuf};

use dbdoctor::finding::page::{Block, Page};
use dbdoctor::finding::{self, Severity};

use super::doctor::Doctor;
use super::normalise::elsewhere;
use super::run::Run;

impl Run {
    /// What people are told of a finding is the example of the finding's page; with `DBDOCTOR_UPDATE=1` it is written there.
    #[track_caller]
    pub fn exemplifies(&self, code: &str) -> &Self {
        self.call.exemplifies(code);
        self
    }
}

impl Doctor {
    /// The same for a call that is still to be made.
    #[track_caller]
    pub fn exemplifies(&self, code: &str) {
        let kind = finding::by_code(code).unwrap_or_else(|| panic!("no finding {code}"));
        let call = if kind.severity == Severity::Info {
            self.clone().arg("-v")
        } else {
            self.clone()
        };
        let run = call.in_format("human");
        let seen = part_about(&run.stdout, code).unwrap_or_else(|| panic!("no {code}:\n{}{}", run.stdout, run.stderr));
        let seen = elsewhere(&seen.replace(" --format human", ""));
        let page = Page::of(kind);
        let shown: Vec<String> = page
            .sections()
            .filter(|section| section.heading == "Example")
            .flat_map(|section| section.blocks)
            .filter_map(|block| match block {
                Block::Code(lines) => Some(lines.join("\n")),
                Block::Paragraph(_) | Block::Item(..) | Block::Check(_) => None,
            })
            .collect();
        if !shown.iter().any(|shown| words(shown) == words(&seen)) {
            assert!(
                std::env::var_os("DBDOCTOR_UPDATE").is_some(),
                "the example of {code} has to be (DBDOCTOR_UPDATE=1 writes it):\n{seen}"
            );
            let file = file_of(code);
            let text = fs::read_to_string(&file).expect("every finding has its page");
            let before = text.split("\n## Example\n").next().unwrap_or_default();
            let text = format!("{before}\n## Example\n\n```text\n{seen}\n```\n");
            fs::write(&file, text).expect("the page can be written");
        }
    }
}

fn file_of(code: &str) -> PathBuf {
    let name = code.replace('-', "_");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/finding/{name}.md"))
}

/// From the finding's mark and code to the next finding, or to the end of the report.
fn part_about(report: &str, code: &str) -> Option<String> {
    let mut lines = report.lines().skip_while(|line| head(line) != Some(code));
    let first = lines.next()?;
    let more = lines.take_while(|line| head(line).is_none() && (line.is_empty() || line.starts_with("  ")));
    let part: Vec<&str> = std::iter::once(first).chain(more).collect();
    Some(part.join("\n").trim_end().to_owned())
}

/// The code, where the line begins a finding.
fn head(line: &str) -> Option<&str> {
    let code = ["✗ FAIL  ", "! warn  ", "  info  "]
        .iter()
        .find_map(|mark| line.strip_prefix(mark))?;
    finding::by_code(code).map(|_| code)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const UNITS: [&str; 6] = ["second", "seconds", "minute", "minutes", "hour", "hours"];

/// What stays from run to run: lines break elsewhere where a path is longer, and numbers, months and units of time differ.
fn words(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let word = if MONTHS.contains(&word) || UNITS.contains(&word) {
            "#"
        } else {
            word
        };
        for c in word.chars() {
            let c = if c.is_ascii_digit() { '#' } else { c };
            if c != '#' || !kept.ends_with('#') {
                kept.push(c);
            }
        }
        kept.push(' ');
    }
    kept
}

#[test]
fn numbers_and_line_breaks_do_not_count() {
    let (one, other) = (
        "until Dec 5 21:56:17 2026 GMT, in\n    shop_7: 58P01",
        "until Jan 12 1:06:17 2027 GMT, in shop_12:\n  58P01",
    );
    assert_eq!(words(one), words(other));
    assert_ne!(words(one), words("until Dec 5 21:56:17 2026 GMT, in shop_7: 58P01x"));
}
