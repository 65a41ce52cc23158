//! Reads a log of any size in constant memory.
//!
//! Whole chunks are searched for the pieces by which the texts of the catalogue are known; only the lines that hold one are looked at
//! further. Lines may be of any length and hold any bytes: of a very long one, the neighbourhood of what was found is read.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::clean;
use super::clock;
use super::context::{self, Bond};
use super::finder::{self, Place, Places, Sign};
use super::group::{Group, Groups};
use super::incident::{Incident, Sighting};
use super::lines;
use super::memo::{Memo, Recalled};
use super::sight::{self, Surroundings};
use super::strangers::Strangers;
use super::wrapped;

/// How much is gathered before it is searched.
const CHUNK: usize = 256 << 10;
/// How much of what was searched is kept, for the traceback above a match.
const HISTORY: usize = 64 << 10;
/// How much has to stand behind a line before it is judged, for the rest of its message.
const LOOKAHEAD: usize = 8 << 10;
/// How much of a long line is read around what was found.
const NEIGHBOURHOOD: usize = 64 << 10;

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
    strangers: Strangers,
    memo: Memo,
    /// What is older does not count.
    since: Option<String>,
}

/// What a log tells.
#[derive(Debug)]
pub struct Told {
    /// What was recognised, the lowest layer first.
    pub groups: Vec<Group>,
    /// What is another service's.
    pub strangers: Strangers,
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
            strangers: Strangers::default(),
            memo: Memo::default(),
            since: None,
        }
    }
}

impl Scanner {
    /// One that leaves out what is older.
    #[must_use]
    pub fn since(since: Option<String>) -> Self {
        Self { since, ..Self::default() }
    }

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

    /// There is no more: what the log told.
    #[must_use]
    pub fn finish(mut self) -> Told {
        self.search(self.buffer.len());
        if let Some(open) = self.open.take() {
            self.groups.add(open.incident);
        }
        Told {
            groups: self.groups.sorted(),
            strangers: self.strangers,
        }
    }

    fn search(&mut self, end: usize) {
        let mut counted = self.searched;
        // Taken out meanwhile, since the places are borrowed from it.
        let buffer = std::mem::take(&mut self.buffer);
        let mut places = Places::of(&buffer[..end]);
        let mut from = self.searched.max(self.judged.min(end));
        let mut passed = Passed::default();
        while let Some(place) = places.next(from) {
            if self.is_settled(place) || passed.covers(place) {
                continue;
            }
            let (start, stop) = self.line_around(&buffer, place.at);
            let mut around = surroundings(&buffer, start..stop);
            // What the lines around say need not be asked where the line is known.
            let is_vague = place.sign == Sign::Vague;
            if is_vague && context::owner(around.line) == Some(false) {
                passed.note(place.sign, stop);
                continue;
            }
            let mut recalled = if is_vague { self.recall(place, &around) } else { None };
            if recalled.is_none() && !matters(place.sign, &buffer, start..stop) {
                passed.note(place.sign, stop);
                continue;
            }
            if !is_vague {
                recalled = self.recall(place, &around);
            }
            if place.at > counted {
                self.lines += count(&buffer[counted..place.at]);
                counted = place.at;
            }
            around.number = self.lines + 1;
            let reach = if place.at < self.judged {
                None
            } else {
                self.judge(&buffer, &around, start..stop, recalled)
            };
            match (reach, place.sign) {
                (Some(reach), _) => from = reach.min(end),
                (None, Sign::Stranger(index)) => self.strangers.meet(index, self.lines + 1),
                (None, _) => {}
            }
            self.judged = self.judged.max(reach.unwrap_or(stop));
        }
        self.buffer = buffer;
        self.lines += count(&self.buffer[counted..end]);
        self.searched = end;
    }

    /// Whether what stands at a place is known: a stranger that was met, or a line that was judged.
    fn is_settled(&self, place: Place) -> bool {
        match place.sign {
            Sign::Stranger(index) => self.strangers.knows(index),
            Sign::Certain | Sign::Vague | Sign::Broken | Sign::Escaped => place.at < self.judged,
        }
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

    fn line_around(&self, buffer: &[u8], place: usize) -> (usize, usize) {
        let low = place.saturating_sub(NEIGHBOURHOOD).max(self.judged.min(place));
        let start = memrchr(b'\n', &buffer[low..place]).map_or(low, |at| low + at + 1);
        let high = (place + NEIGHBOURHOOD).min(buffer.len());
        let stop = memchr(b'\n', &buffer[place..high]).map_or(high, |at| place + at);
        (start, stop)
    }

    /// What is known of a line that was not judged yet.
    fn recall<'b>(&mut self, place: Place, around: &Surroundings<'b>) -> Option<Recalled<'b>> {
        if place.at < self.judged {
            return None;
        }
        self.memo.recall(around)
    }

    /// Looks at one line that may hold something, and says how far what it holds reaches; `self.lines` are before it.
    fn judge(&mut self, buffer: &[u8], around: &Surroundings<'_>, line: Range<usize>, recalled: Option<Recalled<'_>>) -> Option<usize> {
        let Range { start, end: stop } = line;
        let begins = recalled.as_ref().is_some_and(|recalled| recalled.known.begins);
        let (mut sightings, reach) = match recalled {
            Some(recalled) => (sight::known(&recalled, around), 0),
            None => sight::anew(around, &mut self.memo),
        };
        if let Some(since) = &self.since {
            let year = since.get(..4).unwrap_or_default();
            let time = |seen: &Sighting| seen.time().and_then(|time| clock::comparable(&time, year));
            sightings.retain(|seen| time(seen).is_some_and(|time| time >= *since));
        }
        if sightings.is_empty() {
            return None;
        }
        let stop = (stop + reach).min(buffer.len());
        let between = match &self.open {
            Some(Open { end: Some(end), .. }) => buffer.get(*end..start).map(|between| (*end, between)),
            _ => None,
        };
        let mut bond = between.map_or(Bond::None, |(end, between)| {
            let first = lines::backward(&buffer[..end]).next().unwrap_or_default();
            let since = || self.open.as_ref().and_then(|open| open.incident.time());
            let own = (!begins).then(|| &buffer[start..stop]);
            context::bond(first, between, own, since)
        });
        for seen in sightings {
            self.take(seen, bond, stop);
            // Further matches in one record: attempts, or a traceback on one line.
            bond = Bond::Message;
        }
        Some(stop)
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

/// A line with as much of the buffer as its reading may need.
fn surroundings(buffer: &[u8], line: Range<usize>) -> Surroundings<'_> {
    let low = line.start.saturating_sub(HISTORY);
    let near = &buffer[low..(line.end + 1 + LOOKAHEAD).min(buffer.len())];
    Surroundings::of(near, line.start - low..line.end - low, 0)
}

/// A second look, at the whole line.
fn matters(sign: Sign, buffer: &[u8], span: Range<usize>) -> bool {
    let line = &buffer[span.clone()];
    match sign {
        Sign::Certain | Sign::Stranger(_) => true,
        // What is packed may hold more lines than one: they are asked once they are taken apart.
        Sign::Vague if memchr2(b'\\', b'#', line).is_some() => context::owner(line) != Some(false),
        Sign::Vague => {
            let above = &buffer[span.start.saturating_sub(HISTORY)..span.start];
            let below = &buffer[(span.end + 1).min(buffer.len())..];
            context::near_driver(|| lines::backward(above), line, lines::forward(below))
        }
        Sign::Broken => {
            let below = &buffer[(span.end + 1).min(buffer.len())..];
            lines::forward(below).next().is_some_and(|next| wrapped::may_go_on(line, next))
        }
        Sign::Escaped => finder::sign_of_translated(&clean::with_letters(line)).is_some_and(|sign| matters(sign, buffer, span)),
    }
}

/// Up to where the second look at a line showed nothing, for the signs that ask for one.
#[derive(Debug, Default)]
struct Passed {
    vague: usize,
    escaped: usize,
}

impl Passed {
    fn of(&mut self, sign: Sign) -> Option<&mut usize> {
        match sign {
            Sign::Vague => Some(&mut self.vague),
            Sign::Escaped => Some(&mut self.escaped),
            Sign::Certain | Sign::Broken | Sign::Stranger(_) => None,
        }
    }

    fn covers(&mut self, place: Place) -> bool {
        self.of(place.sign).is_some_and(|until| place.at < *until)
    }

    fn note(&mut self, sign: Sign, stop: usize) {
        if let Some(until) = self.of(sign) {
            *until = stop;
        }
    }
}

fn count(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}
