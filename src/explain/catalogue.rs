//! Every text that a log is searched for, with what it means.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::context;
use super::finder;
use super::logged::{Near, Text};
use super::refusals::{REFUSALS, Refusal};
use super::template::{Captured, Template, without_overlaps};
use crate::finding::{Kind, LOGGED};

/// What a text means.
#[derive(Debug, Clone, Copy)]
pub enum Meaning {
    /// It belongs to this finding.
    Kind(&'static Kind),
    /// A server's refusal: the recognisers of live refusals decide.
    Refusal(&'static Refusal),
}

/// One text, ready to be matched.
#[derive(Debug)]
pub struct Entry {
    pub meaning: Meaning,
    pub near: Near,
    pub template: Template,
}

/// A text that was found.
#[derive(Debug, Clone)]
pub struct Match<'t> {
    pub entry: &'static Entry,
    pub captured: Captured<'t>,
}

struct Catalogue {
    entries: Vec<Entry>,
    /// Finds the anchor of each entry.
    anchors: AhoCorasick,
    /// Finds what loggers leave alone of each entry, and of what has to be taken apart first.
    pieces: AhoCorasick,
    /// Whether a piece counts wherever it stands.
    certain: Vec<bool>,
}

/// Marks of lines in which no piece may stand as it is: refusals in other languages, messages as lists of bytes, letters as numbers, and frames that break words.
const PACKED_UP: &[&str] = &[
    "MESSAGE\":[",
    "\\u",
    "FATAL: ",
    "OperationalError: ",
    " stdout P ",
    " stderr P ",
    "│",
    "┃",
    "║",
];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::build);

impl Catalogue {
    fn build() -> Self {
        let entry = |meaning, text: &Text| Entry {
            meaning,
            near: text.near,
            template: Template::parse(text.template),
        };
        let logged = LOGGED
            .iter()
            .flat_map(|(kind, texts)| texts.iter().map(move |text| entry(Meaning::Kind(kind), text)));
        let refusals = REFUSALS.iter().map(|refusal| entry(Meaning::Refusal(refusal), &refusal.text));
        let entries: Vec<Entry> = logged.chain(refusals).collect();
        let anchors = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(entries.iter().map(|entry| entry.template.anchor()));
        let mut certain_by_piece: BTreeMap<&str, bool> = PACKED_UP.iter().map(|piece| (*piece, true)).collect();
        for entry in &entries {
            *certain_by_piece.entry(entry.template.plain_piece()).or_default() |= entry.near == Near::Nothing;
        }
        let pieces = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .build(certain_by_piece.keys());
        Self {
            anchors: anchors.expect("a few hundred short texts fit"),
            pieces: pieces.expect("a few hundred short pieces fit"),
            certain: certain_by_piece.into_values().collect(),
            entries,
        }
    }
}

/// Every entry.
#[must_use]
pub fn entries() -> &'static [Entry] {
    &CATALOGUE.entries
}

/// A first look at a line as it stands in the log: whether a plain piece of any text stands there, and where only those stand that need a
/// driver near, whether the line speaks of others.
#[must_use]
pub fn may_matter(line: &[u8]) -> bool {
    let mut found = false;
    for piece in CATALOGUE.pieces.find_overlapping_iter(line) {
        if CATALOGUE.certain[piece.pattern().as_usize()] {
            return true;
        }
        found = true;
    }
    found && context::owner(line) != Some(false) || finder::may_be_translated(line)
}

/// The texts that stand in `text`, in the order of their places. `near_driver` is asked once a text needs it. Where several stand at one
/// place, the one that fixes most letters is meant.
#[must_use]
pub fn matches<'t>(text: &'t str, near_driver: &mut dyn FnMut(usize) -> bool) -> Vec<Match<'t>> {
    let mut seen: Vec<usize> = CATALOGUE
        .anchors
        .find_overlapping_iter(text)
        .map(|found| found.pattern().as_usize())
        .collect();
    seen.sort_unstable();
    seen.dedup();
    let mut matches: Vec<Match<'t>> = Vec::new();
    for index in seen {
        let entry = &CATALOGUE.entries[index];
        let mut from = 0;
        while let Some(captured) = entry.template.find(text, from) {
            from = captured.end.max(captured.start + 1);
            if entry.near == Near::Nothing || near_driver(captured.start) {
                matches.push(Match { entry, captured });
            }
        }
    }
    settle(matches)
}

/// Strikes out what a better match covers, and refusals that say little beside another match.
fn settle(mut matches: Vec<Match<'_>>) -> Vec<Match<'_>> {
    if matches.iter().any(|found| !found.entry.is_fallback()) {
        matches.retain(|found| !found.entry.is_fallback());
    }
    let mut kept = without_overlaps(
        matches,
        |found| found.entry.template.weight(),
        |found| found.captured.start..found.captured.end,
    );
    let fallbacks = kept.iter().filter(|found| found.entry.is_fallback()).count();
    if fallbacks > 1 {
        kept.truncate(1);
    }
    kept
}

impl Entry {
    /// Whether it counts only where nothing else was recognised.
    #[must_use]
    pub fn is_fallback(&self) -> bool {
        matches!(self.meaning, Meaning::Refusal(refusal) if refusal.fallback)
    }
}
