//! The places in a log that may matter, found at the speed of memory.
//!
//! One searcher looks for the literals of [`COVER`] everywhere. Translated messages hold letters or quotes that are not ASCII, so the
//! literals of [`TRANSLATED`] are looked for only in the stretches that have any.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, packed};

use super::cover::{COVER, TRANSLATED};

/// How much is asked at once whether it is all ASCII.
const STRETCH: usize = 16 << 10;
/// No literal is longer, so that none hides between two stretches.
const LONGEST: usize = 32;

#[derive(Debug)]
enum Finder {
    Packed(packed::Searcher),
    /// Where the processor lacks the vector instructions.
    Plain(AhoCorasick),
}

static ENGLISH: LazyLock<Finder> = LazyLock::new(|| Finder::new(COVER));
static OTHERS: LazyLock<Finder> = LazyLock::new(|| Finder::new(TRANSLATED));

impl Finder {
    fn new(literals: &[&str]) -> Self {
        match packed::Searcher::new(literals) {
            Some(searcher) => Self::Packed(searcher),
            None => Self::Plain(AhoCorasick::new(literals).expect("a few short texts fit")),
        }
    }

    fn find(&self, haystack: &[u8]) -> Option<usize> {
        match self {
            Self::Packed(searcher) => searcher.find(haystack).map(|found| found.start()),
            Self::Plain(automaton) => automaton.find(haystack).map(|found| found.start()),
        }
    }
}

/// Walks through the places of one haystack, in order.
#[derive(Debug)]
pub struct Places<'h> {
    haystack: &'h [u8],
    english: Next,
    others: Next,
}

/// The next place of one finder.
#[derive(Debug, Clone, Copy)]
enum Next {
    Unknown,
    At(usize),
    None,
}

impl Next {
    /// The place, where what was found still lies ahead of `from`, and whether it has to be looked for.
    fn is_stale(self, from: usize) -> bool {
        match self {
            Self::Unknown => true,
            Self::At(place) => place < from,
            Self::None => false,
        }
    }

    fn of(place: Option<usize>) -> Self {
        place.map_or(Self::None, Self::At)
    }

    fn place(self) -> usize {
        match self {
            Self::At(place) => place,
            Self::Unknown | Self::None => usize::MAX,
        }
    }
}

impl<'h> Places<'h> {
    #[must_use]
    pub fn of(haystack: &'h [u8]) -> Self {
        Self {
            haystack,
            english: Next::Unknown,
            others: Next::Unknown,
        }
    }

    /// The first place at or behind `from`, which never goes back.
    pub fn next(&mut self, from: usize) -> Option<usize> {
        if self.english.is_stale(from) {
            self.english = Next::of(self.haystack.get(from..).and_then(|rest| ENGLISH.find(rest)).map(|at| from + at));
        }
        if self.others.is_stale(from) {
            self.others = Next::of(self.foreign(from));
        }
        let place = self.english.place().min(self.others.place());
        (place != usize::MAX).then_some(place)
    }

    fn foreign(&self, from: usize) -> Option<usize> {
        let mut at = from;
        while at < self.haystack.len() {
            let end = (at + STRETCH).min(self.haystack.len());
            if !self.haystack[at..end].is_ascii() {
                let begin = at.saturating_sub(LONGEST).max(from);
                if let Some(found) = OTHERS.find(&self.haystack[begin..end]) {
                    return Some(begin + found);
                }
            }
            at = end;
        }
        None
    }
}

/// Whether a line may hold a translated message.
#[must_use]
pub fn may_be_translated(line: &[u8]) -> bool {
    !line.is_ascii() && OTHERS.find(line).is_some()
}
