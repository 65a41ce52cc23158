//! A searcher for a few literals, with the processor's vector instructions.

use aho_corasick::{AhoCorasick, Match, PatternID, packed};
use memchr::memmem;

/// How many are looked for one after the other, which is faster than all at once.
const ALONE: usize = 3;
/// How much is searched for one before it is for the next.
const BLOCK: usize = 8 << 10;

/// The literals, ready to be looked for.
#[derive(Debug)]
pub enum Few {
    Alone(Vec<memmem::Finder<'static>>),
    Packed(packed::Searcher),
    /// Where the processor lacks the vector instructions, or the literals are too many for them.
    Plain(AhoCorasick),
}

impl Few {
    /// Takes any, but more than 64 or an empty one make it slow.
    #[must_use]
    pub fn new(literals: &[impl AsRef<str>]) -> Self {
        let literals = literals.iter().map(AsRef::as_ref);
        if literals.len() <= ALONE {
            return Self::Alone(literals.map(|literal| memmem::Finder::new(literal).into_owned()).collect());
        }
        match packed::Searcher::new(literals.clone()) {
            Some(searcher) => Self::Packed(searcher),
            None => Self::Plain(AhoCorasick::new(literals).expect("a few short texts fit")),
        }
    }

    /// The first place where one stands.
    #[must_use]
    pub fn find(&self, haystack: &[u8]) -> Option<Match> {
        match self {
            Self::Alone(finders) => first(finders, haystack),
            Self::Packed(searcher) => searcher.find(haystack),
            Self::Plain(automaton) => automaton.find(haystack),
        }
    }
}

fn first(finders: &[memmem::Finder], haystack: &[u8]) -> Option<Match> {
    (0..haystack.len()).step_by(BLOCK).find_map(|from| {
        let mut until = from + BLOCK;
        let mut first = None;
        for (index, finder) in finders.iter().enumerate() {
            let length = finder.needle().len();
            // Whatever begins before the end.
            let end = haystack.len().min(until + length - 1);
            if let Some(at) = finder.find(&haystack[from..end]) {
                until = from + at;
                first = Some(Match::new(PatternID::must(index), until..until + length));
            }
        }
        first
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_found_wherever_it_stands() {
        let few = Few::new(&["FATAL: ", "(EBANNED)"]);
        for before in (0..3 * BLOCK).step_by(BLOCK / 8 - 1) {
            for (text, pattern, length) in [("FATAL: (EBANNED)", 0, 7), ("(EBANNED) FATAL: ", 1, 9)] {
                let text = format!("{}{text}{}", "x".repeat(before), "x".repeat(BLOCK));
                let found = few.find(text.as_bytes()).map(|found| (found.pattern().as_usize(), found.range()));
                assert_eq!(found, Some((pattern, before..before + length)));
            }
        }
        assert!(few.find(b"FATAL:").is_none());
        assert!(Few::new(&[""; 0]).find(b"FATAL: ").is_none());
    }
}
