//! Every text that a log is searched for, with what it means.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

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
}

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
        Self {
            anchors: anchors.expect("a few hundred short texts fit"),
            entries,
        }
    }
}

/// Every entry.
#[must_use]
pub fn entries() -> &'static [Entry] {
    &CATALOGUE.entries
}

/// The texts that stand in `text`, in the order of their places. `near_driver` is asked once a text needs it, and each whether it `happened`.
/// Where several stand at one place, the one that fixes most letters is meant.
#[must_use]
pub fn matches<'t>(text: &'t str, near_driver: &mut dyn FnMut(usize) -> bool, happened: &dyn Fn(&Captured<'_>) -> bool) -> Vec<Match<'t>> {
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
            if happened(&captured) {
                matches.push(Match { entry, captured });
            }
        }
    }
    settle(matches, near_driver)
}

/// Strikes out what a better match covers, and refusals that say little beside another match. Whose a text is, is asked of the rest.
fn settle<'t>(matches: Vec<Match<'t>>, near_driver: &mut dyn FnMut(usize) -> bool) -> Vec<Match<'t>> {
    let (fallbacks, matches): (Vec<_>, Vec<_>) = matches.into_iter().partition(|found| found.entry.is_fallback());
    let mut uncovered = |matches| {
        without_overlaps(
            matches,
            |found: &Match<'_>| found.entry.template.weight(),
            |found| found.captured.start..found.captured.end,
            |found| found.entry.near == Near::Nothing || near_driver(found.captured.start),
        )
    };
    let kept = uncovered(matches);
    if !kept.is_empty() {
        return kept;
    }
    let mut kept = uncovered(fallbacks);
    kept.truncate(1);
    kept
}

impl Entry {
    /// Whether it counts only where nothing else was recognised.
    #[must_use]
    pub fn is_fallback(&self) -> bool {
        matches!(self.meaning, Meaning::Refusal(refusal) if refusal.fallback)
    }
}
