//! A searcher for a few literals, which the processor's vector instructions compare all at once.

use aho_corasick::{AhoCorasick, Match, packed};

/// The literals, ready to be looked for.
#[derive(Debug)]
pub enum Few {
    Packed(packed::Searcher),
    /// Where the processor lacks the vector instructions, or the literals are too many for them.
    Plain(AhoCorasick),
}

impl Few {
    /// Takes any, but more than 64 or an empty one make it slow.
    #[must_use]
    pub fn new(literals: &[&str]) -> Self {
        match packed::Searcher::new(literals) {
            Some(searcher) => Self::Packed(searcher),
            None => Self::Plain(AhoCorasick::new(literals).expect("a few short texts fit")),
        }
    }

    /// The first place where one stands.
    #[must_use]
    pub fn find(&self, haystack: &[u8]) -> Option<Match> {
        match self {
            Self::Packed(searcher) => searcher.find(haystack),
            Self::Plain(automaton) => automaton.find(haystack),
        }
    }
}
