//! What lines were found to say: a log that fails says the same thing thousands of times, with other numbers in it.
//!
//! Only what cannot depend on more than the text that is kept with it is noted, so that a text of the same shape says the same of other
//! numbers.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use memchr::{memchr, memmem};

use super::few::Few;
use super::group::Counted;
use super::incident::Said;
use super::lines;
use super::shape::{self, Shape};
use super::surroundings::Surroundings;
use super::{clean, translations, wrapped};

/// Texts whose marks differ are kept in different places, so many of them.
const PLACES: usize = 1024;
/// How many are kept at one place.
const SHAPES: usize = 16;
/// How many bytes are kept; then all begins anew.
const BYTES: usize = 4 << 20;
/// Longer texts are not kept.
const LONGEST: usize = 16 << 10;

/// What changes the reading of a line when it stands in the lines behind it.
const BEHIND: &[&str] = &[
    "DETAIL",
    "Is the server running on host",
    "connections on port",
    "Unix domain socket",
    "Connect call failed",
    "LINE 1",
    "SSL SYSCALL",
    "MESSAGE\":[",
];

/// The same in every language: what is all ASCII, and the rest.
static MARKS: LazyLock<[Few; 2]> = LazyLock::new(|| {
    let translated = translations::anchors_of(|english| BEHIND.iter().any(|mark| english.contains(mark)));
    let marks: BTreeSet<&str> = BEHIND.iter().copied().chain(translated).collect();
    let (plain, foreign): (Vec<&str>, Vec<&str>) = marks.into_iter().partition(|mark| mark.is_ascii());
    [Few::new(&plain), Few::new(&foreign)]
});

/// What changes the reading of the line before it, in English.
pub fn behind() -> impl Iterator<Item = &'static str> {
    BEHIND.iter().copied()
}

/// The texts that were read.
#[derive(Debug, Default)]
pub struct Memo {
    places: Vec<Vec<Noted>>,
    bytes: usize,
}

/// A line that was read.
#[derive(Debug)]
struct Noted {
    shape: Shape,
    /// How many lines behind it change what it says.
    marked: usize,
    looked: Looked,
    known: Known,
    counted: Cell<Option<Counted>>,
}

/// How many lines around a line its reading looked at, for whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looked {
    pub above: usize,
    pub below: usize,
}

impl Memo {
    /// What a line says, if one of the same shape was noted.
    pub fn recall<'m, 'b>(&'m mut self, around: &Surroundings<'b>) -> Option<Recalled<'m, 'b>> {
        let place = self.places.get_mut(place(around.line)).filter(|place| !place.is_empty())?;
        let behind = OnceCell::new();
        let behind = || behind.get_or_init(|| around.behind());
        let marked = OnceCell::new();
        let marked = || *marked.get_or_init(|| marked_of(behind().message));
        let near = |noted: &Noted| around.near(noted.looked.above, noted.below());
        let index = place
            .iter()
            .position(|noted| noted.shape.fits(near(noted).0) && noted.marked == marked())?;
        let behind = behind();
        let may_go_on = !behind.message.is_empty() || around.line.trim_ascii_end().ends_with(b"=");
        if may_go_on && wrapped::whole(around).is_some() {
            return None;
        }
        // What was said last is most likely said next.
        place.swap(0, index);
        let noted = &place[0];
        let (text, line) = near(noted);
        Some(Recalled {
            known: &noted.known,
            counted: &noted.counted,
            is_closed: behind.is_closed,
            text,
            line,
        })
    }

    /// Notes what a line says, and how far its reading looked around.
    pub fn note(&mut self, around: &Surroundings<'_>, looked: Looked, known: Known) {
        let marked = marked_of(around.behind().message);
        let (text, _) = around.near(looked.above, marked.max(looked.below));
        if text.len() > LONGEST || around.is_at_an_end(looked) || is_list(around.line) {
            return;
        }
        let shape = Shape::of(text);
        self.bytes += shape.size();
        if self.places.is_empty() || self.bytes > BYTES {
            self.bytes = shape.size();
            self.places.clear();
            self.places.resize_with(PLACES, Vec::new);
        }
        let place = &mut self.places[place(around.line)];
        place.truncate(SHAPES - 1);
        place.push(Noted {
            shape,
            marked,
            looked,
            known,
            counted: Cell::default(),
        });
    }
}

impl Noted {
    /// How many lines behind it are kept with it.
    fn below(&self) -> usize {
        self.marked.max(self.looked.below)
    }
}

/// What was noted, and what it was recalled for.
#[derive(Debug)]
pub struct Recalled<'m, 'b> {
    pub known: &'m Known,
    /// The group that counts it.
    pub counted: &'m Cell<Option<Counted>>,
    /// Whether nothing behind it can belong to it.
    pub is_closed: bool,
    /// The line with as much of those around it as its reading depends on.
    pub text: &'b [u8],
    pub line: Range<usize>,
}

/// Where a line is looked for.
fn place(line: &[u8]) -> usize {
    shape::mark(line) % PLACES
}

/// Whether a line may hold a message as a list of its bytes, whose numbers tell all.
fn is_list(line: &[u8]) -> bool {
    memmem::find_iter(line, b"[")
        .any(|at| line[at + 1..].trim_ascii_start().first().is_some_and(u8::is_ascii_digit) && line[..at].trim_ascii_end().ends_with(b":"))
}

/// Whether a line may change the reading of one before it.
#[must_use]
pub fn is_marked(line: &[u8]) -> bool {
    let [plain, foreign] = &*MARKS;
    plain.find(line).is_some() || !line.is_ascii() && foreign.find(line).is_some()
}

/// How many lines there are up to the last that changes the reading of the line before them.
fn marked_of(behind: &[u8]) -> usize {
    let may_be_marked = |line: &[u8]| is_marked(line) || has_letters(line) && is_marked(&clean::with_letters(line));
    let is_any = is_marked(behind) || has_letters(behind);
    let lines = || lines::forward(behind).collect::<Vec<&[u8]>>();
    let last = is_any.then(|| lines().into_iter().rposition(may_be_marked)).flatten();
    last.map_or(0, |last| last + 1)
}

/// Whether letters may stand in a line as numbers.
fn has_letters(line: &[u8]) -> bool {
    memchr(b'\\', line).is_some_and(|at| memmem::find(&line[at..], b"\\u").is_some())
}

/// What a text says, with the numbers of the one that was read.
#[derive(Debug, Clone)]
pub struct Known {
    pub said: Arc<[Arc<Said>]>,
    /// Whether the line tells its time itself.
    pub is_timed: bool,
    /// Whether it begins a message of its own, whatever stands before it.
    pub begins: bool,
}
