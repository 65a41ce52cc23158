//! The places in a log that may matter, found faster than they are read.
//!
//! Of each text of the catalogue a piece is looked for that no logger changes, of each stranger its signs, and the marks of what has to be
//! taken apart before any piece can stand in it. Most messages in other languages hold letters that are not ASCII: pieces of those are
//! looked for only in the lines that have any.

use std::sync::LazyLock;

use memchr::{memchr, memmem, memrchr};

use super::catalogue;
use super::clean;
use super::cover::{Cover, Hit, Line, Wanted, is_unescaped};
use super::few::Few;
use super::logged::Near;
use super::strangers;
use super::template::Template;
use super::translations;

/// How much is asked at once whether it is all ASCII.
const STRETCH: usize = 256;
/// How much of a long line is searched at once.
const LONG_LINE: usize = 16 << 10;
/// No piece of a translation is longer, however it is written, so that none hides between two parts of a line.
const LONGEST: usize = 1 << 10;

/// Marks of lines in which no piece may stand as it is: messages as lists of bytes, parts of lines, and what is nearly always a failure,
/// however its message goes on.
const MARKS: &[&str] = &[
    "FATAL: ",
    "OperationalError: ",
    "{\"MESSAGE\":[",
    ",\"MESSAGE\":[",
    " \"MESSAGE\":[",
];

/// Where containerd notes of a part of a line that another follows.
const PART: &str = " P ";
/// What stands before that.
const STREAMS: [&str; 2] = [" stdout", " stderr"];

/// Beginnings of messages whose lines a terminal's width may have broken, so that no text of the catalogue stands in one line.
const BROKEN: &[&str] = &[
    "connection to server at ",
    "connection to server on socket",
    "could not translate host name",
    "cannot execute ",
    "canceling statement due to",
    "terminating connection",
    "CERTIFICATE_VERIFY_FAILED",
    "DatabaseError: {'S'",
    "ConnectionFailure",
    "InsufficientPrivilege",
    "InternalError",
    "InterfaceError",
    "InvalidAuthorizationSpecification",
    "InvalidCatalogName",
    "InvalidPassword",
    "LockNotAvailable",
    "NotSupportedError",
    "ObjectNotInPrerequisiteState",
    "PoolTimeout: ",
    "ProgrammingError",
    "QueryCanceled",
    "ReadOnlySQLTransaction",
    "ReadOnlySqlTransaction",
    "TooManyConnections",
    "UndefinedColumn",
    "UndefinedTable",
];

/// What was found. Of two for one literal, the first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// What counts wherever it stands.
    Certain,
    /// What counts near a driver.
    Vague,
    /// What counts where the next line may go on with it.
    Broken,
    /// Letters that are not ASCII, some of them as numbers, which may hide a message in another language.
    Escaped,
    /// What another service says.
    Stranger(usize),
}

/// Where something was found, and where to look on if it does not matter.
pub type Place = Hit<Sign>;

/// What is looked for everywhere.
static EVERYWHERE: LazyLock<Cover<Sign>> = LazyLock::new(|| {
    let texts = catalogue::entries().iter().flat_map(|entry| {
        let sign = match entry.near {
            Near::Nothing => Sign::Certain,
            Near::Driver => Sign::Vague,
        };
        Wanted::template(&entry.template, sign)
    });
    let translated = translations::sentences().filter(|(_, translated)| translated.is_ascii());
    let translated = translated.flat_map(|(_, translated)| Wanted::template(&Template::parse(translated), Sign::Certain));
    let marks = MARKS.iter().map(|mark| Wanted::literal(mark, Sign::Certain));
    let broken = BROKEN.iter().map(|mark| Wanted::literal(mark, Sign::Broken));
    let strangers = strangers::signs().map(|(index, sign)| Wanted::literal(sign, Sign::Stranger(index)));
    let wanted = texts.chain(translated).chain(marks).chain(broken).chain(strangers);
    Cover::new(wanted, |line| line.is_ascii() && is_unescaped(line))
});
/// What is looked for where something is not ASCII.
static TRANSLATED: LazyLock<Cover<Sign>> = LazyLock::new(|| {
    let wanted = foreign_texts().flat_map(|(template, sign)| Wanted::template(&template, sign));
    Cover::new(wanted, is_unescaped)
});
/// The same where JSON has it as numbers, whose digits are large or small.
static NUMBERED: LazyLock<Cover<Sign>> = LazyLock::new(|| {
    let wanted = foreign_texts().flat_map(|(template, sign)| {
        let pieces = template.plain_pieces().into_iter();
        let written = pieces.flat_map(|piece| [false, true].map(|is_large| clean::with_numbers(&piece, is_large)));
        written.map(move |piece| Wanted::literal(&piece, sign))
    });
    Cover::new(wanted, is_unescaped)
});
static SIDES: LazyLock<Few> = LazyLock::new(|| Few::new(&["│", "┃", "║"]));
static PARTS: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(PART));
static NUMBERS: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\\u"));

/// The texts in other languages that hold letters that are not ASCII.
fn foreign_texts() -> impl Iterator<Item = (Template, Sign)> {
    let translated = translations::sentences().filter(|(_, translated)| !translated.is_ascii());
    // What is vague in English is so in all languages.
    let sign = |english: &str| EVERYWHERE.least_sign(english.as_bytes()).unwrap_or(Sign::Certain);
    translated.map(move |(english, translated)| (Template::parse(translated), sign(english)))
}

/// Walks through the places of one haystack, in order.
#[derive(Debug)]
pub struct Places<'h> {
    haystack: &'h [u8],
    searches: [Search; WAYS.len()],
}

/// How far one way of looking has come.
#[derive(Debug, Default)]
struct Search {
    next: Next,
    line: Line,
}

/// The next place that it finds.
#[derive(Debug, Clone, Copy)]
enum Next {
    At(Place),
    /// It was not looked for behind this.
    Unknown(usize),
    None,
}

impl Default for Next {
    fn default() -> Self {
        Self::Unknown(0)
    }
}

/// A way of looking: the first place at or behind another.
type Way = fn(&[u8], usize, &mut Line) -> Option<Place>;

/// All of them.
const WAYS: [Way; 5] = [
    |haystack, from, line| EVERYWHERE.long(haystack, from, line),
    |haystack, from, line| EVERYWHERE.short(haystack, from, line),
    |haystack, from, _| part(haystack, from),
    |haystack, from, line| in_lines(haystack, from, number, |text, begin| numbered(text, begin, line)),
    |haystack, from, line| in_lines(haystack, from, letter, |text, begin| foreign(text, begin, line)),
];

impl<'h> Places<'h> {
    #[must_use]
    pub fn of(haystack: &'h [u8]) -> Self {
        Self {
            haystack,
            searches: Default::default(),
        }
    }

    /// Passes over all that begins before `from`, then gives the first place and passes over it.
    pub fn next(&mut self, from: usize) -> Option<Place> {
        let mut first: Option<(usize, Place)> = None;
        for (way, search) in self.searches.iter_mut().enumerate() {
            let begin = match search.next {
                Next::At(place) if place.at < from => Some(from),
                Next::Unknown(behind) => Some(behind.max(from)),
                Next::At(_) | Next::None => None,
            };
            if let Some(begin) = begin {
                search.next = WAYS[way](self.haystack, begin, &mut search.line).map_or(Next::None, Next::At);
            }
            if let Next::At(place) = search.next
                && first.is_none_or(|(_, first)| place.at < first.at)
            {
                first = Some((way, place));
            }
        }
        let (way, place) = first?;
        self.searches[way].next = Next::Unknown(place.behind);
        Some(place)
    }
}

/// A part of a line that another follows.
fn part(haystack: &[u8], from: usize) -> Option<Place> {
    let mut at = from;
    loop {
        at += PARTS.find(haystack.get(at..)?)?;
        let before = &haystack[..at];
        let behind = at + PART.len();
        if STREAMS.iter().any(|stream| before.ends_with(stream.as_bytes())) {
            return Some(Place {
                at,
                behind,
                sign: Sign::Certain,
            });
        }
        at = behind;
    }
}

/// What is found in the lines that hold something: each is given to `find` with its end and with the place where it begins.
fn in_lines(
    haystack: &[u8],
    from: usize,
    something: fn(&[u8]) -> Option<usize>,
    mut find: impl FnMut(&[u8], usize) -> Option<Place>,
) -> Option<Place> {
    let mut at = from;
    loop {
        at += something(haystack.get(at..)?)?;
        let begin = at.saturating_sub(LONG_LINE).max(from);
        let begin = memrchr(b'\n', &haystack[begin..at]).map_or(begin, |before| begin + before + 1);
        let limit = haystack.len().min(at + LONG_LINE);
        let end = memchr(b'\n', &haystack[at..limit]).map_or(limit, |end| at + end);
        let found = find(&haystack[..haystack.len().min(end + 1)], begin);
        if found.is_some() {
            return found;
        }
        at = if end == limit {
            end.saturating_sub(LONGEST).max(at + 1)
        } else {
            end
        };
    }
}

/// What may belong to a message in another language, and the side of a frame, which breaks words.
fn foreign(text: &[u8], begin: usize, line: &mut Line) -> Option<Place> {
    let side = SIDES.find(&text[begin..]).map(|side| Place {
        at: begin + side.start(),
        behind: begin + side.end(),
        sign: Sign::Certain,
    });
    side.or_else(|| TRANSLATED.first(text, begin, line))
}

/// What may belong to a message in another language whose letters are numbers.
fn numbered(text: &[u8], begin: usize, line: &mut Line) -> Option<Place> {
    if text[begin..].is_ascii() {
        return NUMBERED.first(text, begin, line);
    }
    let at = begin + number(&text[begin..])?;
    Some(Place {
        at,
        behind: at + 1,
        sign: Sign::Escaped,
    })
}

/// The first number that JSON has for a letter that is not ASCII.
fn number(bytes: &[u8]) -> Option<usize> {
    NUMBERS.find_iter(bytes).find(|at| {
        let digits = bytes.get(at + 2..at + 6);
        digits.is_some_and(|digits| !digits.starts_with(b"00") || digits[2] >= b'8')
    })
}

/// The first byte that is not ASCII.
fn letter(bytes: &[u8]) -> Option<usize> {
    let mut stretches = bytes.chunks(STRETCH);
    let before = stretches.position(|stretch| !stretch.is_ascii())? * STRETCH;
    let within = bytes[before..].iter().position(|byte| !byte.is_ascii())?;
    Some(before + within)
}

/// What a line is a sign of that may hold a message in another language.
#[must_use]
pub fn sign_of_translated(line: &[u8]) -> Option<Sign> {
    if line.is_ascii() { None } else { TRANSLATED.least_sign(line) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::explain::strided::SHORTEST;

    #[test]
    fn nearly_all_is_long_enough_for_the_fast_search() {
        let templates = catalogue::entries().iter().flat_map(|entry| entry.template.plain_pieces());
        let translated = translations::sentences().filter(|(_, translated)| translated.is_ascii());
        let translated = translated.flat_map(|(_, translated)| Template::parse(translated).plain_pieces());
        let literals = MARKS.iter().chain(BROKEN).copied().chain(strangers::signs().map(|(_, sign)| sign));
        let all = templates.chain(translated).chain(literals.map(str::to_owned));
        let short: BTreeSet<String> = all.filter(|piece| piece.len() < SHORTEST).collect();
        assert_eq!(
            short.iter().collect::<Vec<_>>(),
            ["(EBANNED)", "FATAL: ", "write EPIPE"],
            "more of them cost a quarter of the speed"
        );
    }
}
