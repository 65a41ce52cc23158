//! What stays the same when a program says the same thing again: a text without its numbers.
//!
//! Ports, processes, addresses and identifiers differ from line to line and do not change what is wrong. The numbers that do, such as that of
//! an `errno`, stand in the texts that `explain` knows: behind the same character, they are left as they are.

use std::ops::Range;

use super::eight::{EIGHT, Pattern};
use super::number::{LONGEST, Number, each_number};
use super::telling::{Beside, Telling, telling, tells};
use super::{clock, lines, prefix};

/// How long a time may be. Its numbers keep their length, so that it stays one.
const TIME: usize = 40;

/// A text with its numbers left open.
#[derive(Debug)]
pub struct Shape {
    /// Of a number that keeps its length, each digit is `0`.
    text: Box<[u8]>,
    /// All bits of those digits.
    digits: Box<[u8]>,
    numbers: Vec<Open>,
    /// What stands behind the last.
    end: Between,
}

/// A number that is left open.
#[derive(Debug)]
struct Open {
    /// What stands between it and the one before.
    between: Between,
    number: Number,
    /// Those that would tell something there.
    telling: Box<[&'static Telling]>,
    /// Whether it stands where syslog writes an escape.
    may_escape: bool,
}

/// What is the same but for digits.
#[derive(Debug)]
struct Between {
    range: Range<usize>,
    has_digits: bool,
}

impl Shape {
    /// The shape of one or several lines.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let mut zones = zones(text);
        let mut zone = zones.next().unwrap_or_default();
        let mut numbers = Vec::new();
        let mut pattern: Box<[u8]> = text.into();
        let mut digits = vec![0; text.len()].into_boxed_slice();
        let (mut done, mut time) = (0, 0);
        each_number(text, |range, number| {
            while zone.1 <= range.start {
                let Some(next) = zones.next() else { break };
                zone = next;
            }
            if time <= range.start {
                let longest = (range.start + TIME).min(text.len());
                time = range.start + clock::time_length(&lines::text(&text[range.start..longest]));
            }
            let own = &text[range.clone()];
            let number = match number {
                _ if range.start >= zone.0.max(time) => number,
                Number::Word | Number::Identifier if !own.iter().all(u8::is_ascii_digit) => return,
                _ => Number::Long(own.len()),
            };
            let beside = Beside::of(text, &range);
            let telling: Box<[&Telling]> = telling(beside, number).collect();
            let may_escape = beside.before == b'#';
            if own.len() > LONGEST || tells(&telling, own) || may_escape && is_escape(own) {
                return;
            }
            if matches!(number, Number::Long(_)) && telling.is_empty() && !may_escape {
                pattern[range.clone()].fill(b'0');
                digits[range].fill(0xff);
                return;
            }
            numbers.push(Open {
                between: Between::of(done..range.start, &digits),
                number,
                telling,
                may_escape,
            });
            done = range.end;
        });
        Self {
            end: Between::of(done..text.len(), &digits),
            text: pattern,
            digits,
            numbers,
        }
    }

    /// Whether a text differs in nothing but numbers that do not tell.
    #[must_use]
    pub fn fits(&self, text: &[u8]) -> bool {
        let mut rest = text;
        for open in &self.numbers {
            let Some((between, behind)) = rest.split_at_checked(open.between.range.len()) else {
                return false;
            };
            if !self.holds(&open.between, between) {
                return false;
            }
            let Some((number, behind)) = open.number.first_of(behind) else {
                return false;
            };
            if tells(&open.telling, number) || open.may_escape && is_escape(number) {
                return false;
            }
            rest = behind;
        }
        rest.len() == self.end.range.len() && self.holds(&self.end, rest)
    }

    /// Whether a text of the same length is what stands between two numbers.
    fn holds(&self, between: &Between, text: &[u8]) -> bool {
        let own = &self.text[between.range.clone()];
        if !between.has_digits {
            return own == text;
        }
        let digits = &self.digits[between.range.clone()];
        let (own, own_rest) = own.as_chunks();
        let (digits, digits_rest) = digits.as_chunks();
        let (text, text_rest) = text.as_chunks();
        let is_alike = |((own, digits), text): ((&[u8; EIGHT], &[u8; EIGHT]), &[u8; EIGHT])| Pattern::with(*own, *digits).fits(*text);
        let is_alike_too = |((own, digits), text): ((&u8, &u8), &u8)| if *digits == 0 { own == text } else { text.is_ascii_digit() };
        own.iter().zip(digits).zip(text).all(is_alike) && own_rest.iter().zip(digits_rest).zip(text_rest).all(is_alike_too)
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        2 * self.text.len() + self.numbers.len() * size_of::<Open>()
    }
}

impl Between {
    fn of(range: Range<usize>, digits: &[u8]) -> Self {
        Self {
            has_digits: digits[range.clone()].contains(&0xff),
            range,
        }
    }
}

/// What all texts of one shape have in common, and few others: the sum of the bytes that stand in no number, from `g` on.
#[must_use]
pub fn mark(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const BYTES: u64 = 0xff * (u64::MAX / 0xffff);
    /// So many words are summed up before a sum of two bytes could overflow.
    const WORDS: usize = 128;
    let (words, rest) = text.as_chunks();
    let mut sum: u64 = rest.iter().filter(|byte| **byte >= b'g').map(|byte| u64::from(*byte)).sum();
    for words in words.chunks(WORDS) {
        let mut sums: u64 = 0;
        for word in words {
            let word = u64::from_le_bytes(*word);
            let is_kept = (((word & (0x7f * ONES)) + u64::from(0x80 - b'g') * ONES) | word) & (0x80 * ONES);
            let kept = word & (is_kept | (is_kept - (is_kept >> 7)));
            sums += (kept & BYTES) + ((kept >> 8) & BYTES);
        }
        sum += (0..4).map(|pair| (sums >> (16 * pair)) & 0xffff).sum::<u64>();
    }
    usize::try_from(sum).unwrap_or(0)
}

/// Of each line, up to where its numbers keep their length, so that it has no other prefix with others; and where it ends.
fn zones(text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    lines::forward(text).map(move |line| {
        let start = at;
        at += line.len() + 1;
        let head = line.len() - prefix::strip(&lines::text(line)).rest.len().min(line.len());
        (start + head + words_of_prefix(&line[head..]), at)
    })
}

/// How long the words are that may hold a prefix.
fn words_of_prefix(line: &[u8]) -> usize {
    /// Those of syslog's protocol have a dash among them.
    const HEADER: usize = 6;
    /// A day or a month of three letters, and a time behind it.
    const TIME: usize = 4;
    let is_name = |word: &[u8]| {
        let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        letters == 3 && word.iter().all(|byte| byte.is_ascii_alphabetic() || b"[(<".contains(byte))
    };
    let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').take(HEADER).collect();
    let count = if words.contains(&b"-".as_slice()) {
        HEADER
    } else if words.first().is_some_and(|word| is_name(word)) {
        TIME
    } else {
        1
    };
    words.iter().take(count).map(|word| word.len() + 1).sum::<usize>().min(line.len())
}

/// `#011` is a tab.
fn is_escape(number: &[u8]) -> bool {
    number.starts_with(b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_a_sum_wherever_the_bytes_stand() {
        let text: Vec<u8> = (0..3000_u32).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect();
        for start in 0..20 {
            let text = &text[start..text.len() - 3 * start];
            let sum: usize = text.iter().filter(|byte| **byte >= b'g').map(|byte| usize::from(*byte)).sum();
            assert_eq!(mark(text), sum);
        }
    }

    #[test]
    fn only_numbers_that_tell_nothing_may_differ() {
        let shape = Shape::of(b"web1 said to the doctor: [Errno 104] from 192.168.0.1:4711, pid=7, id 7f3a-b1 after 34ms\n");
        for (text, fits) in [
            (
                "web1 said to the doctor: [Errno 104] from 172.254.77.9:99999, pid=99817, id 7f3b-b2 after 34ms\n",
                true,
            ),
            (
                "web9 said to the doctor: [Errno 104] from 172.254.77.9:99999, pid=99817, id 7f3b-b2 after 34ms\n",
                true,
            ),
            (
                "web12 said to the doctor: [Errno 104] from 172.254.77.9:99999, pid=99817, id 7f3b-b2 after 34ms\n",
                false,
            ),
            (
                "web1 said to the doctor: [Errno 105] from 192.168.0.1:4711, pid=7, id 7f3a-b1 after 34ms\n",
                false,
            ),
            (
                "web1 said to the doctor: [Errno 104] from 192.168.0.1:5432, pid=7, id 7f3a-b1 after 34ms\n",
                false,
            ),
            (
                "web1 said to the doctor: [Errno 104] from 192.168.0.1:4711, pid=a, id 7f3a-b1 after 34ms\n",
                false,
            ),
            (
                "web1 said to the doctor: [Errno 104] from 192.168.0.1:4711, pid=7, id 7g3a-b1 after 34ms\n",
                false,
            ),
            (
                "web1 said to the doctor: [Errno 104] from 192.168.0.1:4711, pid=7, id 7f3a-b1 after 34ms",
                false,
            ),
        ] {
            assert_eq!(shape.fits(text.as_bytes()), fits, "{text}");
            let is_marked =
                mark(text.as_bytes()) == mark(b"web1 said to the doctor: [Errno 104] from 1.1.1.1:4711, pid=7, id 7-7 after 7ms");
            assert!(!fits || is_marked, "{text}");
        }
        let shape = Shape::of(b"2026-11-20 11:00:00,123 [7] x:40001, 40002) at db");
        // Nothing tells within a time.
        assert!(shape.text.starts_with(b"0000-00-00 00:00:00,000 [0] x:"), "{shape:?}");
        for (text, fits) in [
            ("2028-08-28 12:28:42,111 [9] x:10061, 111) at db", true),
            ("2028-08-28 12:28:42,111 [9] x:54321, 111) at db", false),
            ("2028-08-28 12:28:42,111 [9] x:10061, 15432) at db", false),
            ("2028-08-28 12:28:42,11 [9] x:10061, 111) at db", false),
            ("2028-08-28 12:28:4x,111 [9] x:10061, 111) at db", false),
        ] {
            assert_eq!(shape.fits(text.as_bytes()), fits, "{text}");
        }
        let long = "1".repeat(LONGEST + 1);
        assert!(!Shape::of(long.as_bytes()).fits("2".repeat(LONGEST + 1).as_bytes()));
        assert!(!Shape::of(b"a b c d e #01112").fits(b"a b c d e #41112"));
        assert!(!Shape::of(b"a b c d e \\u00fc").fits(b"a b c d e \\u01fc"));
    }
}
