//! Reads a log of any size in constant memory.
//!
//! Whole chunks are searched for the pieces by which the texts of the catalogue are known; only the lines that hold one are looked at
//! further. Lines may be of any length and hold any bytes: of a very long one, the neighbourhood of what was found is read.

use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::clean;
use super::clock;
use super::context::Bond;
use super::finder::{self, Place, Places, Sign};
use super::group::{Group, Groups};
use super::incident::Sighting;
use super::lines;
use super::memo::{Memo, Recalled};
use super::open::{Open, Repeat};
use super::owner;
use super::sight;
use super::strangers::Strangers;
use super::surroundings::Surroundings;
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
        self.close();
        self.groups.keep(&self.buffer);
        Told {
            groups: self.groups.sorted(),
            strangers: self.strangers,
        }
    }

    fn search(&mut self, end: usize) {
        let mut counted = self.searched;
        // Taken out meanwhile, since the places are borrowed from it.
        let buffer = std::mem::take(&mut self.buffer);
        let mut memo = std::mem::take(&mut self.memo);
        let mut places = Places::of(&buffer[..end]);
        let mut from = self.searched.max(self.judged.min(end));
        let mut passed = Passed::default();
        while let Some(place) = places.next(from) {
            if self.is_settled(place) || passed.covers(place) {
                continue;
            }
            let (start, stop) = self.line_around(&buffer, place.at);
            let mut around = surroundings(&buffer, start..stop);
            if place.sign == Sign::Vague && owner::owner(around.line) == Some(false) {
                passed.note(place.sign, stop);
                continue;
            }
            // What is known is neither judged again nor asked whether it matters.
            let recalled = if place.at < self.judged { None } else { memo.recall(&around) };
            if recalled.is_none() && !matters(place.sign, &buffer, start..stop) {
                passed.note(place.sign, stop);
                continue;
            }
            if place.at > counted {
                self.lines += count(&buffer[counted..place.at]);
                counted = place.at;
            }
            around.number = self.lines + 1;
            let reach = match recalled {
                _ if place.at < self.judged => None,
                Some(recalled) => self.judge_known(&buffer, &around, start..stop, &recalled),
                None => {
                    let (seen, reach) = sight::anew(&around, &mut memo);
                    let line = start..(stop + reach).min(buffer.len());
                    self.judge(&buffer, line, seen, false, false)
                }
            };
            match (reach, place.sign) {
                (Some(reach), _) => from = reach.min(end),
                (None, Sign::Stranger(index)) => self.strangers.meet(index, self.lines + 1),
                (None, _) => {}
            }
            self.judged = self.judged.max(reach.unwrap_or(stop));
        }
        self.groups.keep(&buffer);
        self.memo = memo;
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
        self.open = self.open.take().map(|open| open.kept(&self.buffer, drop));
        self.buffer.drain(..drop);
        self.searched -= drop;
        self.judged = self.judged.saturating_sub(drop);
    }

    fn line_around(&self, buffer: &[u8], place: usize) -> (usize, usize) {
        let low = place.saturating_sub(NEIGHBOURHOOD).max(self.judged.min(place));
        let start = memrchr(b'\n', &buffer[low..place]).map_or(low, |at| low + at + 1);
        let high = (place + NEIGHBOURHOOD).min(buffer.len());
        let stop = memchr(b'\n', &buffer[place..high]).map_or(high, |at| place + at);
        (start, stop)
    }

    /// Looks at a line that says what was said before, and says where it ends if it counts.
    fn judge_known(&mut self, buffer: &[u8], around: &Surroundings<'_>, line: Range<usize>, recalled: &Recalled<'_, '_>) -> Option<usize> {
        let Recalled { known, is_closed, .. } = *recalled;
        let is_single = self.since.is_none() && known.said.len() == 1;
        if !is_single || self.bond(buffer, line.clone(), known.begins) != Bond::None {
            return self.judge(buffer, line, sight::known(recalled, around), known.begins, is_closed);
        }
        self.close();
        if !recalled.counted.get().is_some_and(|counted| self.groups.still_counts(counted)) {
            recalled.counted.set(self.groups.counting(&known.said[0]));
        }
        let Some(counted) = recalled.counted.get() else {
            return self.judge(buffer, line, sight::known(recalled, around), known.begins, is_closed);
        };
        let text = line.start - recalled.line.start;
        let stop = line.end;
        let repeat = Repeat {
            group: counted.group,
            said: Arc::clone(&known.said[0]),
            number: around.number,
            is_timed: known.is_timed,
            text: text..text + recalled.text.len(),
            line,
        };
        self.open = Some(Open::repeat(repeat, is_closed));
        Some(stop)
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            open.close(&mut self.groups);
        }
    }

    fn bond(&self, buffer: &[u8], line: Range<usize>, begins: bool) -> Bond {
        self.open.as_ref().map_or(Bond::None, |open| open.bond(buffer, line, begins))
    }

    /// Counts what was seen in a line, and says where it ends if anything was; `self.lines` are before it.
    fn judge(&mut self, buffer: &[u8], line: Range<usize>, mut seen: Vec<Sighting>, begins: bool, is_closed: bool) -> Option<usize> {
        if let Some(since) = &self.since {
            let year = since.get(..4).unwrap_or_default();
            let time = |seen: &Sighting| seen.time().and_then(|time| clock::comparable(&time, year));
            seen.retain(|seen| time(seen).is_some_and(|time| time >= *since));
        }
        let stop = line.end;
        let mut bond = (!seen.is_empty()).then(|| self.bond(buffer, line, begins))?;
        for seen in seen {
            let open = match (self.open.take(), bond) {
                (Some(open), Bond::Message | Bond::Chain) => open.with(buffer, seen, bond, stop, is_closed),
                (open, _) => {
                    self.open = open;
                    self.close();
                    Open::new(seen, stop, is_closed)
                }
            };
            self.open = Some(open);
            // Further matches in one record: attempts, or a traceback on one line.
            bond = Bond::Message;
        }
        Some(stop)
    }
}

/// What stands above a line, as far as it may be needed.
#[must_use]
pub fn history(buffer: &[u8], line: usize) -> &[u8] {
    &buffer[line.saturating_sub(HISTORY)..line]
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
        Sign::Vague if memchr2(b'\\', b'#', line).is_some() => owner::owner(line) != Some(false),
        Sign::Vague => {
            let above = &buffer[span.start.saturating_sub(HISTORY)..span.start];
            let below = &buffer[(span.end + 1).min(buffer.len())..];
            owner::near_driver(|| lines::backward(above), line, lines::forward(below))
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
