//! Templates: literal pieces and holes, matched by hand.

use std::cmp::Reverse;
use std::ops::Range;

use super::spelling;
use super::strided::SHORTEST;

/// Longer values are not what a message names.
const LONGEST_VALUE: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Literal(&'static str),
    Hole(&'static str),
}

/// A template, taken apart.
#[derive(Debug)]
pub struct Template {
    pieces: Vec<Piece>,
}

/// Where a template stands in a text, and what its holes hold.
#[derive(Debug, Clone)]
pub struct Captured<'t> {
    pub start: usize,
    pub end: usize,
    pub holes: Vec<(&'static str, &'t str)>,
}

impl Template {
    /// Takes a template apart; `{name}` is a hole, an unclosed brace stands for itself.
    #[must_use]
    pub fn parse(template: &'static str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some((literal, name, after)) = next_hole(rest) {
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal));
            }
            pieces.push(Piece::Hole(name));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest));
        }
        Self { pieces }
    }

    /// Its longest literal piece: the one to look for first.
    #[must_use]
    pub fn anchor(&self) -> &'static str {
        self.literals().max_by_key(|literal| literal.len()).unwrap_or_default()
    }

    /// Those of its fragments that its first line holds, in their order, and whether a blank or the line's end follows the last of them.
    #[must_use]
    pub fn fragments(&self) -> (Vec<&'static str>, bool) {
        let mut fragments = Vec::new();
        for piece in &self.pieces {
            let Piece::Literal(literal) = *piece else {
                continue;
            };
            let (line, goes_on) = literal.split_once('\n').map_or((literal, false), |(line, _)| (line, true));
            fragments.extend(fragments_of(line));
            let is_last = goes_on || self.pieces.last() == Some(piece);
            if is_last && (goes_on || line.ends_with(' ')) {
                let ends = fragments.last().is_some_and(|last| line.trim_end().ends_with(last));
                return (fragments, ends);
            }
        }
        (fragments, false)
    }

    /// The longest of all its fragments: the piece that a search looks for.
    #[must_use]
    pub fn plain_piece(&self) -> &'static str {
        let fragments = self.literals().flat_map(fragments_of);
        let longest = fragments.max_by_key(|fragment| fragment.len()).unwrap_or_default();
        if longest.len() >= SHORTEST {
            return longest;
        }
        // Better than too short a piece is one that holds a blank behind a colon.
        let whole = self.literals().flat_map(|literal| literal.split(is_changed)).map(str::trim);
        whole.chain([longest]).max_by_key(|piece| piece.len()).unwrap_or_default()
    }

    /// Texts of which one stands wherever the template stands, however loggers write it: its longest fragment, with what stands beside it
    /// where it is too short to be looked for.
    #[must_use]
    pub fn plain_pieces(&self) -> Vec<String> {
        let piece = self.plain_piece();
        if piece.len() < SHORTEST {
            let parts = |literal: &'static str| literal.split(is_changed).map(move |part| (literal, part.trim()));
            let mut parts: Vec<(&str, &str)> = self.literals().flat_map(parts).filter(|(_, part)| !part.is_empty()).collect();
            parts.sort_by_key(|(_, part)| Reverse(part.len()));
            let grown = parts.iter().map(|(literal, part)| spelling::grown(literal, part, SHORTEST));
            if let Some(grown) = grown.into_iter().find(|grown| !grown.is_empty()) {
                return grown;
            }
        }
        vec![piece.to_owned()]
    }

    /// How many letters it fixes: of two templates at one place the one that fixes more is meant.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.literals().map(str::len).sum()
    }

    /// Its literal pieces.
    pub fn literals(&self) -> impl Iterator<Item = &'static str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(literal) => Some(*literal),
            Piece::Hole(_) => None,
        })
    }

    /// The first place at or behind `from` where it stands.
    #[must_use]
    pub fn find<'t>(&self, text: &'t str, from: usize) -> Option<Captured<'t>> {
        // A value that begins a message is the word before what it begins with.
        let (leads, first, behind) = match *self.pieces.as_slice() {
            [Piece::Literal(first), ..] => (None, first, 1),
            [Piece::Hole(name), Piece::Literal(first), ..] => (Some(name), first, 2),
            _ => return None,
        };
        let mut at = from;
        while let Some(found) = text.get(at..)?.find(first) {
            let literal = at + found;
            let lead = leads.map_or(0, |_| last_word(&text[from..literal]));
            let begins = leads.map_or_else(|| !is_within_a_word(text, literal), |_| lead > 0);
            if begins && let Some((end, mut holes)) = self.rest(text, literal + first.len(), behind) {
                let start = literal - lead;
                if let Some(name) = leads {
                    holes.insert(0, (name, &text[start..literal]));
                }
                return Some(Captured { start, end, holes });
            }
            at = literal + first.len();
        }
        None
    }

    fn rest<'t>(&self, text: &'t str, from: usize, behind: usize) -> Option<(usize, Vec<(&'static str, &'t str)>)> {
        let mut at = from;
        let mut holes = Vec::new();
        let mut pieces = self.pieces[behind..].iter().peekable();
        while let Some(piece) = pieces.next() {
            match *piece {
                Piece::Literal(literal) => at += text[at..].starts_with(literal).then_some(literal.len())?,
                Piece::Hole(name) => {
                    let length = match pieces.peek() {
                        Some(Piece::Literal(literal)) => value_before(&text[at..], literal)?,
                        Some(Piece::Hole(_)) => return None,
                        None => word(&text[at..]),
                    };
                    if length == 0 && name != "_" && name != "secret" {
                        return None;
                    }
                    holes.push((name, &text[at..at + length]));
                    at += length;
                }
            }
        }
        Some((at, holes))
    }
}

/// Of items that overlap, those that weigh most, in the order of their places. Whether one counts is asked only where nothing covers it.
#[must_use]
pub fn without_overlaps<T>(
    mut items: Vec<T>,
    weight: impl Fn(&T) -> usize,
    span: impl Fn(&T) -> Range<usize>,
    mut counts: impl FnMut(&T) -> bool,
) -> Vec<T> {
    items.sort_by_key(|item| Reverse(weight(item)));
    let mut kept: Vec<T> = Vec::new();
    for item in items {
        let own = span(&item);
        let overlaps = |other: &T| own.start < span(other).end && span(other).start < own.end;
        if !kept.iter().any(overlaps) && counts(&item) {
            kept.push(item);
        }
    }
    kept.sort_by_key(|item| span(item).start);
    kept
}

/// What stands in a log as it stands in a literal, whatever wrote it: the parts between what loggers escape, or double as they do the blank
/// behind a colon.
fn fragments_of(literal: &'static str) -> impl Iterator<Item = &'static str> {
    let parts = literal.split(is_changed).flat_map(|part| part.split_inclusive(':'));
    // The blank before a colon is another one in French.
    let fragments = parts.map(|part| part.strip_suffix(" :").unwrap_or(part).trim());
    // In a record, the severity is a field of its own.
    let fragments = fragments.map(|fragment| match fragment {
        "FATAL:" => "FATAL",
        "ERROR:" => "ERROR",
        other => other,
    });
    fragments.filter(|fragment| !fragment.is_empty())
}

/// Whether loggers escape a character, or languages write other blanks beside it.
#[must_use]
pub fn is_changed(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '`' | '\\' | '<' | '>' | '&' | '#' | '\n' | '\r' | '\t' | '/' | ';' | '?' | '!'
    )
}

fn next_hole(template: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let (literal, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((literal, name, after))
}

fn value_before(text: &str, literal: &str) -> Option<usize> {
    let length = text.find(literal)?;
    (length <= LONGEST_VALUE && !text[..length].contains('\n')).then_some(length)
}

/// Whether a place is in the middle of a word: `nameserver refused` does not say `server refused`. An escaped line end and what is left of a
/// colour (`[31m`) are no part of one.
fn is_within_a_word(text: &str, at: usize) -> bool {
    let (before, behind) = text.as_bytes().split_at(at);
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
    let is_apart = matches!(before, [.., b'\\', _] | [.., b'0'..=b'9', b'm']);
    !is_apart && is_letter(before.last()) && is_letter(behind.first())
}

/// How long the word is that ends a text.
fn last_word(text: &str) -> usize {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | '-' | '@');
    text.len() - text.trim_end_matches(is_inside).len()
}

/// A word: an identifier, a host name, a path.
fn word(text: &str) -> usize {
    let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '-' | '/' | ':'));
    let length = text.find(ends).unwrap_or(text.len()).min(LONGEST_VALUE);
    let length = (0..=length).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..length].trim_end_matches(['.', ':']).len()
}
