//! The lines that may hold one of many texts: where one piece of a text stands, its line has to hold the others too.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::few::Few;
use super::strided::{self, Strided};
use super::template::Template;

/// A line that reaches further is not asked for the rest of a text: it may matter.
const REACH: usize = 4 << 10;

/// How many fragments of a text its line is asked for: enough, since what begins alike is read anyway.
const ASKED: usize = 3;

/// A text that is looked for. Of several that one piece shows, the one with the least sign counts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted<S> {
    sign: S,
    /// Fragments that its line holds in this order, the piece among them; none where the piece is all.
    fragments: Vec<&'static str>,
    /// Whether a blank or the line's end follows the last of them.
    ends: bool,
    piece: String,
}

impl<S> Wanted<S> {
    /// A text that stands in a log as it is.
    pub fn literal(piece: &str, sign: S) -> Self {
        Self {
            sign,
            fragments: Vec::new(),
            ends: false,
            piece: piece.to_owned(),
        }
    }
}

impl<S: Copy> Wanted<S> {
    /// A text that loggers may change between its fragments, by each of its pieces.
    pub fn template(template: &Template, sign: S) -> impl Iterator<Item = Self> + use<S> {
        let (fragments, ends) = template.fragments();
        let pieces = template.plain_pieces().into_iter();
        pieces.map(move |piece| {
            let mut fragments = fragments.clone();
            let end = fragments
                .iter()
                .position(|fragment| *fragment == piece)
                .map_or(0, |at| at + 1)
                .max(ASKED);
            let ends = ends && end >= fragments.len();
            fragments.truncate(end);
            fragments.drain(..fragments.len().saturating_sub(ASKED));
            if fragments == [piece.as_str()] && !ends {
                fragments.clear();
            }
            Self {
                sign,
                fragments,
                ends,
                piece,
            }
        })
    }
}

/// What a line with a piece has to hold besides, so that it may hold the text.
#[derive(Debug)]
struct Rest<S> {
    sign: S,
    fragments: Vec<Finder<'static>>,
    ends: bool,
}

impl<S> From<Wanted<S>> for Rest<S> {
    fn from(wanted: Wanted<S>) -> Self {
        Self {
            sign: wanted.sign,
            fragments: wanted.fragments.into_iter().map(Finder::new).collect(),
            ends: wanted.ends,
        }
    }
}

impl<S> Rest<S> {
    fn stands_in(&self, line: &[u8]) -> bool {
        let mut rest = line;
        for (index, fragment) in self.fragments.iter().enumerate() {
            let behind = |at: usize| &rest[at + fragment.needle().len()..];
            let found = if self.ends && index + 1 == self.fragments.len() {
                fragment.find_iter(rest).find(|at| is_end(behind(*at)))
            } else {
                fragment.find(rest)
            };
            let Some(at) = found else {
                return false;
            };
            rest = behind(at);
        }
        true
    }
}

/// Whether what follows may be a blank, or the end of a line that stands in a record.
fn is_end(rest: &[u8]) -> bool {
    rest.first()
        .is_none_or(|byte| !byte.is_ascii() || matches!(byte, b' ' | b'\t' | b'\r' | b'\\' | b'#' | b'"'))
}

/// The texts that a piece shows.
#[derive(Debug)]
struct Shown<S> {
    texts: Vec<Rest<S>>,
    /// How long the piece is, where each of them ends with it.
    end: Option<usize>,
}

impl<S: Copy + Ord> Shown<S> {
    fn by(piece: &str, mut texts: Vec<Wanted<S>>) -> Self {
        texts.sort();
        texts.dedup();
        let ends = |text: &Wanted<S>| text.ends && text.fragments.last() == Some(&piece);
        Self {
            end: texts.iter().all(ends).then_some(piece.len()),
            texts: texts.into_iter().map(Rest::from).collect(),
        }
    }
}

/// Whether what follows a piece belongs to its word, however the line was written.
fn goes_on(rest: &[u8]) -> bool {
    rest.first()
        .is_some_and(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#' | b'&' | b'"'))
}

/// Many texts, ready to be looked for.
#[derive(Debug)]
pub struct Cover<S> {
    long: Strided,
    short: Few,
    /// What each piece shows, the long ones before the short ones.
    shown: Vec<Shown<S>>,
    first_short: usize,
    /// Whether a line holds what a text says as the text says it.
    is_as_written: fn(&[u8]) -> bool,
}

/// Where a text may stand.
#[derive(Debug, Clone, Copy)]
pub struct Hit<S> {
    pub at: usize,
    /// Where to look on.
    pub behind: usize,
    pub sign: S,
}

impl<S: Copy + Ord> Cover<S> {
    /// Of several texts that one piece shows, the one with the least sign counts.
    pub fn new(texts: impl Iterator<Item = Wanted<S>>, is_as_written: fn(&[u8]) -> bool) -> Self {
        let mut by_piece: BTreeMap<String, Vec<Wanted<S>>> = BTreeMap::new();
        for text in texts {
            by_piece.entry(text.piece.clone()).or_default().push(text);
        }
        let (mut long, mut short): (Vec<_>, Vec<_>) = by_piece.into_iter().partition(|(piece, _)| piece.len() >= strided::SHORTEST);
        // The search for the short ones gives one for each place: the shorter of two that begin alike, which stand behind each other.
        short.dedup_by(|(next, texts), (piece, all)| {
            let begins_alike = next.starts_with(piece.as_str());
            if begins_alike {
                all.append(texts);
            }
            begins_alike
        });
        // Of several that stand at one place, the first is found.
        long.sort_by_key(|(_, texts)| texts.iter().map(|text| text.sign).min());
        let first_short = long.len();
        let (pieces, texts): (Vec<String>, Vec<_>) = long.into_iter().chain(short).unzip();
        let (long, short) = pieces.split_at(first_short);
        Self {
            long: Strided::new(long),
            short: Few::new(short),
            shown: pieces.iter().zip(texts).map(|(piece, texts)| Shown::by(piece, texts)).collect(),
            first_short,
            is_as_written,
        }
    }
    /// The first long piece at or behind a place, in a line that may hold its text.
    pub fn long(&self, haystack: &[u8], from: usize, line: &mut Line) -> Option<Hit<S>> {
        let accept = |literal, start| self.sign(literal, haystack, start, line);
        self.long.find(haystack, from, accept).map(|(found, sign)| Hit {
            at: found.start,
            behind: found.next,
            sign,
        })
    }

    /// The same for the short ones.
    pub fn short(&self, haystack: &[u8], from: usize, line: &mut Line) -> Option<Hit<S>> {
        let mut begin = from;
        loop {
            let found = self.short.find(haystack.get(begin..)?)?;
            let at = begin + found.start();
            begin = at + 1;
            if let Some(sign) = self.sign(self.first_short + found.pattern().as_usize(), haystack, at, line) {
                return Some(Hit { at, behind: begin, sign });
            }
        }
    }

    /// The first piece of either kind.
    pub fn first(&self, haystack: &[u8], from: usize, line: &mut Line) -> Option<Hit<S>> {
        let (long, short) = (self.long(haystack, from, line), self.short(haystack, from, line));
        long.into_iter().chain(short).min_by_key(|hit| hit.at)
    }

    /// Of all that stand in a text, the least sign.
    #[must_use]
    pub fn least_sign(&self, text: &[u8]) -> Option<S> {
        let (mut at, mut line) = (0, Line::default());
        let next = || {
            let hit = self.first(text, at, &mut line)?;
            at = hit.behind;
            Some(hit.sign)
        };
        std::iter::from_fn(next).min()
    }

    /// What the texts of a piece are a sign of in the line where it stands.
    fn sign(&self, piece: usize, haystack: &[u8], at: usize, line: &mut Line) -> Option<S> {
        let Shown { texts, end } = &self.shown[piece];
        let first = texts.first()?;
        if end.is_some_and(|length| goes_on(&haystack[at + length..])) {
            return None;
        }
        let text = if first.fragments.is_empty() {
            None
        } else {
            line.around(haystack, at)
        };
        let Some(text) = text else {
            return Some(first.sign);
        };
        if line.lacks.contains(&piece) {
            return None;
        }
        let held = texts.iter().find(|rest| rest.stands_in(text));
        let held = held.or_else(|| (!(self.is_as_written)(text)).then_some(first));
        if held.is_none() {
            line.lacks.push(piece);
        }
        held.map(|rest| rest.sign)
    }
}

/// The line that a search is in.
#[derive(Debug, Clone, Default)]
pub struct Line {
    span: Range<usize>,
    /// The pieces of which it holds no text.
    lacks: Vec<usize>,
}

impl Line {
    /// The line around a place; `None` where it reaches further than one looks.
    fn around<'h>(&mut self, haystack: &'h [u8], at: usize) -> Option<&'h [u8]> {
        if !self.span.contains(&at) {
            let low = at.saturating_sub(REACH);
            let start = memrchr(b'\n', &haystack[low..at]).map(|before| low + before + 1);
            let start = start.or((low == 0).then_some(0))?;
            let high = haystack.len().min(at + REACH);
            let end = at + memchr(b'\n', &haystack[at..high])?;
            self.span = start..end;
            self.lacks.clear();
        }
        Some(&haystack[self.span.clone()])
    }
}

/// Whether a line has no colours and no escapes but for what ends a fragment.
#[must_use]
pub fn is_unescaped(line: &[u8]) -> bool {
    let is_end = |at: usize| matches!(line.get(at + 1), Some(b'n' | b't' | b'r' | b'"' | b'\'' | b'\\'));
    memchr2(0x1b, 0, line).is_none() && memchr_iter(b'\\', line).all(is_end)
}
