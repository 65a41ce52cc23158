//! What stays the same when a program says the same thing again: a line without its numbers.
//!
//! Ports, processes, addresses and identifiers differ from line to line and do not change what is wrong. The numbers that do, such as that of
//! an `errno`, stand in the texts that `explain` knows: behind the same character, they are left as they are.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use super::{catalogue, context, translations};

/// A longer number is none that programs write.
const LONGEST: usize = 20;
/// Stands for the character before the first.
const BEGINNING: u8 = 0;

/// The numbers of the texts that are known, each with the character before it.
struct Telling {
    /// Whether one stands behind this character.
    behind: [bool; 256],
    numbers: BTreeSet<(u8, &'static [u8])>,
}

static TELLING: LazyLock<Telling> = LazyLock::new(|| {
    let literals = catalogue::entries().iter().flat_map(|entry| entry.template.literals());
    let texts = literals.chain(context::words()).chain(translations::texts());
    let mut telling = Telling {
        behind: [false; 256],
        numbers: BTreeSet::new(),
    };
    for text in texts.map(str::as_bytes) {
        each_number(text, |before, number| {
            telling.behind[usize::from(before)] = true;
            telling.numbers.insert((before, &text[number]));
        });
    }
    telling
});

impl Telling {
    fn has(&self, before: u8, number: &[u8]) -> bool {
        // A text that begins with a number may stand behind anything.
        let stands_behind = |before: u8| self.behind[usize::from(before)] && self.numbers.contains(&(before, number));
        stands_behind(before) || stands_behind(BEGINNING)
    }
}

/// Where a number may tell.
#[derive(Debug)]
pub struct Doubt {
    before: u8,
    number: Range<usize>,
}

impl Doubt {
    /// Whether the number makes no difference between two texts that have one there.
    #[must_use]
    pub fn is_void(&self, one: &[u8], other: &[u8]) -> bool {
        let (one, other) = (&one[self.number.clone()], &other[self.number.clone()]);
        one == other || !TELLING.has(self.before, one) && !TELLING.has(self.before, other)
    }
}

/// The places of a text where a number of that length may tell.
#[must_use]
pub fn doubts(text: &[u8]) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    each_number(text, |before, number| {
        let may_tell = |(behind, telling): &(u8, &[u8])| (*behind == before || *behind == BEGINNING) && telling.len() == number.len();
        if TELLING.numbers.iter().any(may_tell) {
            doubts.push(Doubt { before, number });
        }
    });
    doubts
}

/// Appends the shape of a text.
pub fn write(text: &[u8], shape: &mut Vec<u8>) {
    let telling = &*TELLING;
    let mut done = 0;
    each_number(text, |before, range| {
        let number = &text[range.clone()];
        if number.len() <= LONGEST && !telling.has(before, number) {
            shape.extend_from_slice(&text[done..range.start]);
            shape.push(b'0');
            done = range.end;
        }
    });
    shape.extend_from_slice(&text[done..]);
}

/// Gives each number of a text with the character before it: digits, or a word of hexadecimal digits.
fn each_number(text: &[u8], mut give: impl FnMut(u8, Range<usize>)) {
    let before = |start: usize| start.checked_sub(1).map_or(BEGINNING, |before| text[before]);
    let mut at = 0;
    while at < text.len() {
        let word = at..at + length(&text[at..], u8::is_ascii_alphanumeric);
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let has_digit = text[word.clone()].iter().any(u8::is_ascii_digit);
        if has_digit && text[word.clone()].iter().all(is_digit) {
            give(before(word.start), word.clone());
        } else if has_digit {
            let mut from = word.start;
            while from < word.end {
                let digits = from..from + length(&text[from..word.end], u8::is_ascii_digit);
                if !digits.is_empty() {
                    give(before(digits.start), digits.clone());
                }
                from = digits.end + 1;
            }
        }
        at = word.end + 1;
    }
}

/// How many bytes at the beginning are of a kind.
fn length(text: &[u8], is_of_kind: impl Fn(&u8) -> bool) -> usize {
    text.iter().position(|byte| !is_of_kind(byte)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> String {
        let mut shape = Vec::new();
        write(text.as_bytes(), &mut shape);
        String::from_utf8(shape).expect("it was text")
    }

    #[test]
    fn numbers_are_left_out_but_those_that_tell() {
        assert_eq!(
            shape("[Errno 104] at 127.0.3.7:6379, pid=4711, id 7f3a9c02-ab12 after 34ms"),
            "[Errno 104] at 0.0.0.0:0, pid=0, id 0-0 after 0ms"
        );
        assert_ne!(shape("connecting to 127.0.3.7:5432"), shape("connecting to 127.0.3.7:6379"));
        assert_eq!(shape("psycopg2.OperationalError"), "psycopg2.OperationalError");
        let long = "1".repeat(LONGEST + 1);
        assert_eq!(shape(&long), long);
    }
}
