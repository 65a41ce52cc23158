//! What lines were found to say: a log that fails says the same thing thousands of times, with other numbers in it.
//!
//! Only what cannot depend on more than the text that is kept with it is noted, so that a text of the same shape says the same of other
//! numbers.

use std::sync::{Arc, LazyLock};

use memchr::memmem;

use super::few::Few;
use super::incident::Said;
use super::lines;
use super::shape::{self, Shape};
use super::sight::Surroundings;
use super::{clean, translations};

/// Texts whose marks differ are kept in different places, so many of them.
const PLACES: usize = 1024;
/// How many are kept at one place.
const SHAPES: usize = 8;
/// How many bytes are kept; then all begins anew.
const BYTES: usize = 4 << 20;
/// Longer texts are not kept.
const LONGEST: usize = 16 << 10;

/// What changes the reading of a line when it stands in the lines behind it.
const BEHIND: &[&str] = &[
    "DETAIL",
    "Is the server running on host",
    "Unix domain socket",
    "Connect call failed",
    "LINE 1",
    "SSL SYSCALL",
    "MESSAGE\":[",
];

/// The same in every language.
static MARKS: LazyLock<Few> = LazyLock::new(|| {
    let translated = translations::anchors_of(|english| BEHIND.iter().any(|mark| english.contains(mark)));
    let mut marks: Vec<&str> = BEHIND.iter().copied().chain(translated).collect();
    marks.sort_unstable();
    marks.dedup();
    Few::new(&marks)
});
static ESCAPED: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\\u"));

/// The texts that were read.
#[derive(Debug, Default)]
pub struct Memo {
    places: Vec<Vec<(Shape, Known)>>,
    bytes: usize,
}

impl Memo {
    /// What a text of the same shape said before.
    pub fn recall(&mut self, text: &Text<'_>) -> Option<&Known> {
        let place = self.places.get_mut(text.place())?;
        let index = place.iter().position(|(shape, _)| shape.fits(text.whole))?;
        // What was said last is most likely said next.
        place.swap(0, index);
        place.first().map(|(_, known)| known)
    }

    /// Notes what a text says.
    pub fn note(&mut self, text: &Text<'_>, known: Known) {
        let shape = Shape::of(text.whole);
        self.bytes += shape.size();
        if self.places.is_empty() || self.bytes > BYTES {
            self.bytes = shape.size();
            self.places.clear();
            self.places.resize_with(PLACES, Vec::new);
        }
        let place = &mut self.places[text.place()];
        place.truncate(SHAPES - 1);
        place.push((shape, known));
    }
}

/// A line with as much of those behind it as its reading depends on.
#[derive(Debug)]
pub struct Text<'b> {
    line: &'b [u8],
    /// All of it. No end of a line ends it.
    pub whole: &'b [u8],
}

impl<'b> Text<'b> {
    /// What the reading of a line depends on; `None` where that is too long to be kept.
    #[must_use]
    pub fn of(around: &Surroundings<'b>) -> Option<Self> {
        let whole = around.with_behind(marked(around.message_behind()));
        (whole.len() <= LONGEST).then_some(Self { line: around.line, whole })
    }

    fn place(&self) -> usize {
        shape::mark(self.line) % PLACES
    }
}

/// How many lines there are up to the last that changes the reading of the line before them.
fn marked(behind: &[u8]) -> usize {
    let may_be_marked = |text: &[u8]| MARKS.find(text).is_some() || ESCAPED.find(text).is_some();
    if !may_be_marked(behind) {
        return 0;
    }
    let is_marked = |line: &[u8]| may_be_marked(line) && MARKS.find(&clean::with_letters(line)).is_some();
    let lines: Vec<&[u8]> = lines::forward(behind).collect();
    lines.iter().rposition(|line| is_marked(line)).map_or(0, |last| last + 1)
}

/// What a text says, with the numbers of the one that was read.
#[derive(Debug, Clone)]
pub struct Known {
    pub said: Arc<[Arc<Said>]>,
    /// Whether the line tells its time itself.
    pub is_timed: bool,
}
