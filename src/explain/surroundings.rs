//! A line with what stands around it, and how far its reading looked there.

use std::cell::Cell;
use std::ops::Range;

use memchr::memchr;

use super::memo::{self, Looked};
use super::prefix::{self, Stripped};
use super::{context, lines};

/// How many lines of a message are read.
const MESSAGE_LINES: usize = 4;

/// A line with what stands around it.
#[derive(Debug)]
pub struct Surroundings<'b> {
    pub before: &'b [u8],
    pub line: &'b [u8],
    pub after: &'b [u8],
    /// Counted from 1.
    pub number: u64,
    /// All of it, with the place of the line.
    text: &'b [u8],
    place: Range<usize>,
    looked: Cell<Looked>,
}

impl<'b> Surroundings<'b> {
    /// A line of a text.
    #[must_use]
    pub fn of(text: &'b [u8], line: Range<usize>, number: u64) -> Self {
        Self {
            before: &text[..line.start],
            line: &text[line.clone()],
            after: text.get(line.end + 1..).unwrap_or_default(),
            number,
            text,
            place: line,
            looked: Cell::default(),
        }
    }

    /// How far its reading looked so far.
    #[must_use]
    pub fn looked(&self) -> Looked {
        self.looked.get()
    }

    /// The lines behind it.
    #[must_use]
    pub fn behind(&self) -> Behind<'b> {
        Behind::of(self.after)
    }

    /// The line with some of those around it, and where it stands among them.
    #[must_use]
    pub fn near(&self, above: usize, below: usize) -> (&'b [u8], Range<usize>) {
        let start = self.place.start - lines::backward(self.before).take(above).map(|line| line.len() + 1).sum::<usize>();
        let end = match below {
            0 => self.place.end,
            below => (self.place.end + 1 + first_lines(self.after, below).len()).min(self.text.len()),
        };
        (&self.text[start..end], self.place.start - start..self.place.end - start)
    }

    /// Whether a look reached an end of what stands around the line: elsewhere, it might have gone on.
    #[must_use]
    pub fn is_at_an_end(&self, looked: Looked) -> bool {
        let is_end = |asked: usize, line: Option<&[u8]>| asked > 0 && line.is_none();
        is_end(looked.above, lines::backward(self.before).nth(looked.above.saturating_sub(1)))
            || is_end(looked.below, lines::forward(self.after).nth(looked.below.saturating_sub(1)))
    }

    /// The lines above it, from the nearest. How many are asked for is noted.
    pub fn above(&self) -> impl Iterator<Item = &'b [u8]> + '_ {
        let note = |looked: &mut Looked, asked| looked.above = looked.above.max(asked);
        self.noted(lines::backward(self.before), note)
    }

    /// The lines below it, as those above.
    pub fn below(&self) -> impl Iterator<Item = &'b [u8]> + '_ {
        let note = |looked: &mut Looked, asked| looked.below = looked.below.max(asked);
        self.noted(lines::forward(self.after), note)
    }

    /// Notes that lines below were read.
    pub fn look_below(&self, lines: usize) {
        let looked = self.looked.get();
        self.looked.set(Looked {
            below: looked.below.max(lines),
            ..looked
        });
    }

    fn noted(&self, mut lines: impl Iterator<Item = &'b [u8]>, note: fn(&mut Looked, usize)) -> impl Iterator<Item = &'b [u8]> {
        let mut asked = 0;
        std::iter::from_fn(move || {
            asked += 1;
            let mut looked = self.looked.get();
            note(&mut looked, asked);
            self.looked.set(looked);
            lines.next()
        })
    }
}

/// What stands behind a line.
#[derive(Debug)]
pub struct Behind<'b> {
    /// The lines that may go on with its message: all up to one that begins something else.
    pub message: &'b [u8],
    /// Whether nothing behind the line can belong to the same trouble, unless it is the next line.
    pub is_closed: bool,
}

impl<'b> Behind<'b> {
    /// What stands there.
    #[must_use]
    pub fn of(after: &'b [u8]) -> Self {
        let mut lines = lines::forward(after).take(MESSAGE_LINES);
        let next = lines.next().unwrap_or_default();
        let text = lines::text(next);
        let stripped = prefix::strip(&text);
        let continues = context::continues(stripped.rest);
        let goes_on = !after.is_empty() && !begins_anew(next, stripped, continues);
        let is_next = |line: &&[u8]| {
            let text = lines::text(line);
            let stripped = prefix::strip(&text);
            !begins_anew(line, stripped, context::continues(stripped.rest))
        };
        let count = if goes_on { 1 + lines.take_while(is_next).count() } else { 0 };
        // Of a line that is not whole, more may be to come.
        let is_whole = next.len() < after.len();
        Self {
            message: first_lines(after, count),
            is_closed: is_whole && context::closes(next, stripped.rest, continues),
        }
    }
}

/// Whether a line has its own time and nothing that belongs to the line before it.
fn begins_anew(line: &[u8], stripped: Stripped<'_>, continues: bool) -> bool {
    let is_timed = stripped.time.is_some() || prefix::is_of_web_server(stripped.rest);
    is_timed && !continues && !memo::is_marked(line)
}

/// The first lines of a text, without the last one's end.
fn first_lines(text: &[u8], count: usize) -> &[u8] {
    let mut end = 0;
    for _ in 0..count {
        match memchr(b'\n', &text[end..]) {
            Some(length) => end += length + 1,
            None => return text,
        }
    }
    &text[..end.saturating_sub(1)]
}
