//! What lines were found to say: a log that fails says the same thing thousands of times, with other numbers in it.
//!
//! Only what cannot depend on more than the line itself is kept, so that a line of the same shape says the same of other numbers.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use memchr::memmem;

use super::few::Few;
use super::glance::Glances;
use super::incident::Said;
use super::{context, prefix, shape, translations};

/// How many shapes are kept; then all begins anew.
const SHAPES: usize = 1024;
/// Longer lines are not kept.
const LONGEST: usize = 2048;

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

/// The same in every language, and with its letters as numbers.
static MARKS: LazyLock<Few> = LazyLock::new(|| {
    let translated = translations::anchors_of(|english| BEHIND.iter().any(|mark| english.contains(mark)));
    let mut marks: Vec<&str> = BEHIND.iter().copied().chain(translated).collect();
    marks.sort_unstable();
    marks.dedup();
    Few::new(&marks)
});
static ESCAPED: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\\u"));

/// The shapes of lines that were read.
#[derive(Debug, Default)]
pub struct Memo {
    known: HashMap<Box<[u8]>, Known>,
    glances: Glances<Known>,
    /// Kept between lines, so that none is made for each.
    key: Vec<u8>,
}

impl Memo {
    /// What a line of the same shape said before. A line that can be noted leaves its key behind for [`Memo::note`].
    pub fn recall(&mut self, line: &[u8], behind: &[u8]) -> Recall {
        if line.len() > LONGEST || MARKS.find(behind).is_some() || ESCAPED.find(behind).is_some() {
            return Recall::Never;
        }
        if let Some(known) = self.glances.recall(line) {
            return Recall::Known(known.clone());
        }
        let Ok(text) = std::str::from_utf8(line) else {
            return Recall::Never;
        };
        let (head, rest) = line.split_at(line.len() - prefix::strip(text).rest.len());
        self.key.clear();
        // Times and processes differ; whose word stands there must not. No line has the byte that says so.
        self.key
            .extend(head.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }));
        self.key.push(match context::owner(head) {
            None => 0xfd,
            Some(true) => 0xfe,
            Some(false) => 0xff,
        });
        shape::write(rest, &mut self.key);
        let Some(known) = self.known.get(self.key.as_slice()) else {
            return Recall::New;
        };
        self.glances.note(line, known.clone());
        Recall::Known(known.clone())
    }

    /// Notes what the line that was asked for last says.
    pub fn note(&mut self, line: &[u8], known: Known) {
        if self.known.len() >= SHAPES {
            self.known.clear();
        }
        self.glances.note(line, known.clone());
        self.known.insert(self.key.as_slice().into(), known);
    }
}

/// What a line says, with the numbers of the one that was read.
#[derive(Debug, Clone)]
pub struct Known {
    pub said: Arc<[Arc<Said>]>,
    /// Whether the line tells its time itself.
    pub is_timed: bool,
}

/// What is known of a line.
#[derive(Debug)]
pub enum Recall {
    Known(Known),
    /// It may be noted once it is read.
    New,
    /// More than the line itself may matter.
    Never,
}
