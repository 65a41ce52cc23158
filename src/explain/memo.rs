//! What lines were found to say: a log that fails says the same thing thousands of times, with another time in front.
//!
//! Only what cannot depend on more than the line itself is kept, so that a line that was seen reads as it would anew.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::context;
use super::incident::Said;
use super::prefix;

/// How many lines are kept; then all begins anew.
const LINES: usize = 1024;
/// Longer lines are not kept.
const LONGEST: usize = 1024;

/// What changes the reading of a line when it stands in the lines behind it.
const BEHIND: &[&str] = &[
    "DETAIL",
    "Is the server running on host",
    "Unix domain socket",
    "Connect call failed",
    "LINE 1",
    "SSL SYSCALL",
    "MESSAGE\":[",
    "\\u",
];

static MARKS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let marks = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(BEHIND);
    marks.expect("a few short texts fit")
});

/// The lines that were read.
#[derive(Debug, Default)]
pub struct Memo {
    said: HashMap<Box<[u8]>, Arc<[Arc<Said>]>>,
    /// Kept between lines, so that none is made for each.
    key: Vec<u8>,
}

impl Memo {
    /// What a line said before. A line that can be noted leaves its key behind for [`Memo::note`].
    pub fn recall(&mut self, line: &[u8], behind: &[u8]) -> Recall {
        if line.len() > LONGEST || !line.is_ascii() || !behind.is_ascii() || MARKS.is_match(behind) {
            return Recall::Never;
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
        self.key.extend_from_slice(rest);
        match self.said.get(self.key.as_slice()) {
            Some(said) => Recall::Known(Arc::clone(said)),
            None => Recall::New,
        }
    }

    /// Notes what the line that was asked for last says.
    pub fn note(&mut self, said: impl Iterator<Item = Arc<Said>>) {
        if self.said.len() >= LINES {
            self.said.clear();
        }
        self.said.insert(self.key.as_slice().into(), said.collect());
    }
}

/// What is known of a line.
#[derive(Debug)]
pub enum Recall {
    Known(Arc<[Arc<Said>]>),
    /// It may be noted once it is read.
    New,
    /// More than the line itself may matter.
    Never,
}
