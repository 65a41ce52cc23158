//! Reads a log of any size in constant memory.
//!
//! A few literals, one at least in every text of the catalogue, are looked for in whole chunks; only the lines that hold one are looked at
//! further. Lines may be of any length and hold any bytes: of a very long one, the neighbourhood of what was found is read.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, packed};
use memchr::{memchr, memchr_iter, memrchr};

use super::catalogue::{self, Match, Meaning};
use super::clean;
use super::context::{self, Bond};
use super::cover::COVER;
use super::facts::{Facts, SECRET};
use super::group::{Group, Groups};
use super::incident::{Incident, Sighting};
use super::judge;
use super::prefix;
use crate::conninfo::mask::{MASK, mask_dsn};

/// How much is gathered before it is searched.
const CHUNK: usize = 1 << 20;
/// How much of what was searched is kept, for the traceback above a match.
const HISTORY: usize = 64 << 10;
/// How much has to stand behind a line before it is judged, for the rest of its message.
const LOOKAHEAD: usize = 8 << 10;
/// How much of a long line is read around what was found.
const NEIGHBOURHOOD: usize = 8 << 10;
/// How many lines of a message are read.
const MESSAGE_LINES: usize = 4;
/// How much of a long line is shown before what was recognised, in bytes.
const LEAD: usize = 160;
/// How long an excerpt may be, in characters.
const EXCERPT: usize = 300;

/// How many literals one packed searcher takes.
const PACKED: usize = 54;

enum Finder {
    Packed(packed::Searcher),
    /// Where the processor lacks the vector instructions.
    Plain(AhoCorasick),
}

static FINDERS: LazyLock<Vec<Finder>> = LazyLock::new(|| COVER.chunks(PACKED).map(Finder::new).collect());

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

/// The places where a literal of the cover stands, in order.
struct Places {
    /// Where each finder's next place is; `usize::MAX` where it has no more.
    next: Vec<usize>,
}

impl Places {
    fn new() -> Self {
        Self {
            next: vec![0; FINDERS.len()],
        }
    }

    /// The first place in `haystack` at or behind `from`, which never goes back.
    fn find(&mut self, haystack: &[u8], from: usize) -> Option<usize> {
        for (next, finder) in self.next.iter_mut().zip(FINDERS.iter()) {
            // What was found behind `from` still holds; a place is kept as one more than it is, so that 0 is "not looked for yet".
            if *next <= from {
                *next = finder.find(&haystack[from..]).map_or(usize::MAX, |at| from + at + 1);
            }
        }
        self.next
            .iter()
            .copied()
            .min()
            .filter(|place| *place != usize::MAX)
            .map(|place| place - 1)
    }
}

/// Reads a log bit by bit.
#[derive(Debug)]
pub struct Scanner {
    buffer: Vec<u8>,
    /// Up to where the buffer was searched.
    searched: usize,
    /// Up to where lines were judged: the same line is judged once.
    judged: usize,
    /// The number of lines before `searched`.
    lines: u64,
    groups: Groups,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    incident: Incident,
    /// Where its last line ends; `None` once that has left the buffer.
    end: Option<usize>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            buffer: Vec::with_capacity(CHUNK + HISTORY + LOOKAHEAD),
            searched: 0,
            judged: 0,
            lines: 0,
            groups: Groups::default(),
            open: None,
        }
    }
}

impl Scanner {
    /// Takes the next bytes.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = (CHUNK + LOOKAHEAD).saturating_sub(self.buffer.len() - self.searched).max(1);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() - self.searched >= CHUNK + LOOKAHEAD {
                let end = self.buffer.len() - LOOKAHEAD;
                // Whole lines, unless one alone is longer than the chunk.
                let end = memrchr(b'\n', &self.buffer[self.searched..end]).map_or(end, |at| self.searched + at + 1);
                self.search(end);
                self.forget();
            }
        }
    }

    /// There is no more: what was recognised, the lowest layer first.
    #[must_use]
    pub fn finish(mut self) -> Vec<Group> {
        self.search(self.buffer.len());
        if let Some(open) = self.open.take() {
            self.groups.add(open.incident);
        }
        self.groups.sorted()
    }

    fn search(&mut self, end: usize) {
        let mut at = self.searched.max(self.judged.min(end));
        let mut counted = self.searched;
        let mut places = Places::new();
        while let Some(place) = places.find(&self.buffer[..end], at) {
            let (start, stop) = self.line_around(place);
            self.lines += count(&self.buffer[counted..place]);
            counted = place;
            self.judge(start, stop);
            self.judged = stop;
            at = stop.max(place + 1).min(end);
        }
        self.lines += count(&self.buffer[counted..end]);
        self.searched = end;
    }

    /// Drops what no later line needs.
    fn forget(&mut self) {
        let drop = self.searched.saturating_sub(HISTORY);
        self.buffer.drain(..drop);
        self.searched -= drop;
        self.judged = self.judged.saturating_sub(drop);
        if let Some(open) = &mut self.open {
            open.end = open.end.and_then(|end| end.checked_sub(drop));
        }
    }

    fn line_around(&self, place: usize) -> (usize, usize) {
        let low = place.saturating_sub(NEIGHBOURHOOD).max(self.judged.min(place));
        let start = memrchr(b'\n', &self.buffer[low..place]).map_or(low, |at| low + at + 1);
        let high = (place + NEIGHBOURHOOD).min(self.buffer.len());
        let stop = memchr(b'\n', &self.buffer[place..high]).map_or(high, |at| place + at);
        (start, stop)
    }

    /// Looks at one line that may hold something; `self.lines` are before it.
    fn judge(&mut self, start: usize, stop: usize) {
        let line = clean::record(&self.buffer[start..stop]);
        if !catalogue::may_match(&line) {
            return;
        }
        let behind = (stop + 1).min(self.buffer.len());
        let after = String::from_utf8_lossy(&self.buffer[behind..(behind + LOOKAHEAD).min(self.buffer.len())]);
        let before = String::from_utf8_lossy(&self.buffer[start.saturating_sub(HISTORY)..start]);
        let message = message(&line, &after);
        let matches = matches(&message, line.len(), &before, &after);
        let time = prefix::strip(&line).time.map(ToOwned::to_owned);
        let number = self.lines + 1;
        let sightings: Vec<Sighting> = matches
            .iter()
            .map(|found| sighting(found, &message, number, time.as_deref()))
            .collect();
        let between = match &self.open {
            Some(Open { end: Some(end), .. }) => self.buffer.get(*end..start).map(String::from_utf8_lossy),
            _ => None,
        };
        let mut bond = between.map_or(Bond::None, |between| context::bond(&between, &line));
        for seen in sightings {
            self.take(seen, bond, stop);
            // Further matches in one record: attempts, or a traceback on one line.
            bond = Bond::Message;
        }
    }

    fn take(&mut self, seen: Sighting, bond: Bond, end: usize) {
        match (&mut self.open, bond) {
            (Some(open), Bond::Message | Bond::Chain) => {
                open.incident.add(seen, bond);
                open.end = Some(end);
            }
            (open, _) => {
                let new = Open {
                    incident: Incident::new(seen),
                    end: Some(end),
                };
                if let Some(old) = open.replace(new) {
                    self.groups.add(old.incident);
                }
            }
        }
    }
}

fn count(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// The line with those that go on with its message.
fn message(line: &str, after: &str) -> String {
    let mut message = line.to_owned();
    for next in after.lines().take(MESSAGE_LINES) {
        let next = clean::record(next.as_bytes());
        message.push('\n');
        message.push_str(prefix::strip(&next).rest);
    }
    message.push('\n');
    message
}

/// What begins in the first `length` bytes of a message.
fn matches<'t>(message: &'t str, length: usize, before: &str, after: &str) -> Vec<Match<'t>> {
    let mut near_driver = |place: usize| {
        let begin = message[..place].rfind('\n').map_or(0, |at| at + 1);
        let end = message[place..].find('\n').map_or(message.len(), |at| place + at);
        let above = Cow::from(before) + &message[..begin];
        context::near_driver(&above, &message[begin..end], after)
    };
    let mut matches = catalogue::matches(message, &mut near_driver);
    matches.retain(|found| found.captured.start < length);
    matches
}

fn sighting(found: &Match<'_>, message: &str, line: u64, time: Option<&str>) -> Sighting {
    let captured = &found.captured;
    let facts = Facts::of(captured, message);
    let refusal = Sighting::refusal_of(found.entry.meaning);
    let mut begin = message[..captured.start].rfind('\n').map_or(0, |at| at + 1);
    if captured.start - begin > LEAD {
        begin = (captured.start - LEAD..captured.start)
            .find(|at| message.is_char_boundary(*at))
            .unwrap_or(captured.start);
    }
    let end = message[captured.end..].find('\n').map_or(message.len(), |at| captured.end + at);
    let text = &message[captured.start..end];
    let kind = facts.fault_of_settings().unwrap_or_else(|| match found.entry.meaning {
        Meaning::Kind(kind) => kind,
        Meaning::Refusal(refusal) => judge::kind_of_refusal(refusal, text, &facts),
    });
    Sighting {
        kind,
        refusal,
        message: text.to_owned(),
        excerpt: excerpt(&message[begin..end], found, &facts),
        facts,
        line,
        time: time.map(ToOwned::to_owned),
    }
}

/// The line without its prefix, with every secret masked.
fn excerpt(line: &str, found: &Match<'_>, facts: &Facts) -> String {
    let mut text = mask_dsn(prefix::strip(line).rest);
    for (name, value) in &found.captured.holes {
        if *name == SECRET && !value.is_empty() {
            text = text
                .replace(&format!("\"{value}\""), &format!("\"{MASK}\""))
                .replace(&format!("'{value}'"), &format!("'{MASK}'"));
        }
    }
    if let Some((piece, _)) = facts.get("host").and_then(|host| host.rsplit_once('@')) {
        text = text.replace(&format!("{piece}@"), &format!("{MASK}@"));
    }
    match text.char_indices().nth(EXCERPT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
