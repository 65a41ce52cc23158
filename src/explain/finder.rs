//! The places in a log that may matter, found faster than they are read.
//!
//! Of each text of the catalogue a piece is looked for that no logger changes, of each stranger its signs, and the marks of what has to be
//! taken apart before any piece can stand in it. Messages in other languages hold letters or quotes that are not ASCII, so the literals of
//! [`TRANSLATED`] are looked for only in the stretches that have any.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::Match;
use memchr::memmem;

use super::catalogue;
use super::cover::TRANSLATED;
use super::few::Few;
use super::logged::Near;
use super::strangers;
use super::strided::{self, Strided};

/// How much is asked at once whether it is all ASCII.
const STRETCH: usize = 16 << 10;
/// No literal of [`TRANSLATED`] is longer, so that none hides between two stretches.
const LONGEST: usize = 32;

/// Marks of lines in which no piece may stand as it is: refusals in other languages, messages as lists of bytes, and parts of lines.
const MARKS: &[&str] = &["FATAL: ", "OperationalError: ", "MESSAGE\":[", " stdout P ", " stderr P "];

/// Exceptions whose messages name a table, a role or the like early: broken at a terminal's width, no piece of them may be whole.
const EXCEPTIONS: &[&str] = &[
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
    /// A letter that is not ASCII as a number, which may hide a message in another language.
    Escaped,
    /// What may belong to a message in another language.
    Foreign,
    /// What another service says.
    Stranger(usize),
}

/// Where something was found, and where to look on if it does not matter.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub at: usize,
    pub behind: usize,
    pub sign: Sign,
}

/// What is looked for everywhere.
struct Literals {
    long: Strided,
    signs_of_long: Vec<Sign>,
    short: Few,
    signs_of_short: Vec<Sign>,
}

static LITERALS: LazyLock<Literals> = LazyLock::new(Literals::new);
static OTHERS: LazyLock<Few> = LazyLock::new(|| Few::new(TRANSLATED));
static SIDES: LazyLock<Few> = LazyLock::new(|| Few::new(&["│", "┃", "║"]));
static ESCAPED: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\\u"));

impl Literals {
    fn new() -> Self {
        let pieces = catalogue::entries().iter().map(|entry| {
            let sign = match entry.near {
                Near::Nothing => Sign::Certain,
                Near::Driver => Sign::Vague,
            };
            (entry.template.plain_piece(), sign)
        });
        let marks = MARKS.iter().chain(EXCEPTIONS).map(|mark| (*mark, Sign::Certain));
        let strangers = strangers::signs().map(|(index, sign)| (sign, Sign::Stranger(index)));
        let mut signs: BTreeMap<&str, Sign> = BTreeMap::new();
        for (literal, sign) in pieces.chain(marks).chain(strangers) {
            let known = signs.entry(literal).or_insert(sign);
            *known = sign.min(*known);
        }
        let mut literals: Vec<(&str, Sign)> = signs.into_iter().collect();
        literals.sort_by_key(|(_, sign)| *sign);
        let (long, short): (Vec<_>, Vec<_>) = literals.into_iter().partition(|(literal, _)| literal.len() >= strided::SHORTEST);
        let (long, signs_of_long): (Vec<&str>, Vec<Sign>) = long.into_iter().unzip();
        let (short, signs_of_short): (Vec<&str>, Vec<Sign>) = short.into_iter().unzip();
        Self {
            long: Strided::new(&long),
            signs_of_long,
            short: Few::new(&short),
            signs_of_short,
        }
    }

    fn long(&self, haystack: &[u8], from: usize) -> Option<Place> {
        self.long.find(haystack, from).map(|found| Place {
            at: found.start,
            behind: found.next,
            sign: self.signs_of_long[found.literal],
        })
    }

    fn short(&self, haystack: &[u8], from: usize) -> Option<Place> {
        self.short.find(haystack.get(from..)?).map(|found| Place {
            at: from + found.start(),
            behind: from + found.start() + 1,
            sign: self.signs_of_short[found.pattern().as_usize()],
        })
    }
}

/// Walks through the places of one haystack, in order.
#[derive(Debug)]
pub struct Places<'h> {
    haystack: &'h [u8],
    next: [Next; WAYS.len()],
}

/// The next place that one way of looking finds.
#[derive(Debug, Clone, Copy)]
enum Next {
    At(Place),
    /// It was not looked for behind this.
    Unknown(usize),
    None,
}

/// A way of looking: the first place at or behind another.
type Way = fn(&[u8], usize) -> Option<Place>;

/// All of them.
const WAYS: [Way; 4] = [
    |haystack, from| LITERALS.long(haystack, from),
    |haystack, from| LITERALS.short(haystack, from),
    escaped,
    foreign,
];

impl<'h> Places<'h> {
    #[must_use]
    pub fn of(haystack: &'h [u8]) -> Self {
        Self {
            haystack,
            next: [Next::Unknown(0); WAYS.len()],
        }
    }

    /// Passes over all that begins before `from`, then gives the first place and passes over it.
    pub fn next(&mut self, from: usize) -> Option<Place> {
        let mut first: Option<(usize, Place)> = None;
        for (way, next) in self.next.iter_mut().enumerate() {
            let begin = match *next {
                Next::At(place) if place.at < from => Some(from),
                Next::Unknown(behind) => Some(behind.max(from)),
                Next::At(_) | Next::None => None,
            };
            if let Some(begin) = begin {
                *next = WAYS[way](self.haystack, begin).map_or(Next::None, Next::At);
            }
            if let Next::At(place) = *next
                && first.is_none_or(|(_, first)| place.at < first.at)
            {
                first = Some((way, place));
            }
        }
        let (way, place) = first?;
        self.next[way] = Next::Unknown(place.behind);
        Some(place)
    }
}

/// A JSON escape of a letter that is not ASCII.
fn escaped(haystack: &[u8], from: usize) -> Option<Place> {
    let mut at = from;
    loop {
        at += ESCAPED.find(haystack.get(at..)?)?;
        let digits = haystack.get(at + 2..at + 6)?;
        if !digits.starts_with(b"00") || digits[2] >= b'8' {
            return Some(Place {
                at,
                behind: at + 6,
                sign: Sign::Escaped,
            });
        }
        at += 6;
    }
}

/// What may belong to a message in another language, and the side of a frame, which breaks words.
fn foreign(haystack: &[u8], from: usize) -> Option<Place> {
    let mut at = from;
    while at < haystack.len() {
        let end = (at + STRETCH).min(haystack.len());
        if !haystack[at..end].is_ascii() {
            let begin = at.saturating_sub(LONGEST).max(from);
            let stretch = &haystack[begin..end];
            let place = |found: Match, sign| Place {
                at: begin + found.start(),
                behind: begin + found.end(),
                sign,
            };
            let word = OTHERS.find(stretch);
            let side = SIDES.find(word.map_or(stretch, |word| &stretch[..word.start()]));
            let first = side.map(|side| place(side, Sign::Certain));
            if let Some(first) = first.or(word.map(|word| place(word, Sign::Foreign))) {
                return Some(first);
            }
        }
        at = end;
    }
    None
}

/// Whether a line may hold a translated message, with letters as numbers or as they are.
#[must_use]
pub fn may_be_translated(line: &[u8]) -> bool {
    !line.is_ascii() && OTHERS.find(line).is_some()
}
