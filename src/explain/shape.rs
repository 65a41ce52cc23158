//! What stays the same when a program says the same thing again: a text without its numbers.
//!
//! Ports, processes, addresses and identifiers differ from line to line and do not change what is wrong. The numbers that do, such as that of
//! an `errno`, stand in the texts that `explain` knows: behind the same character, they are left as they are.

use std::ops::Range;
use std::sync::LazyLock;

use super::{catalogue, clean, clock, context, lines, prefix, translations};

/// A longer number is none that programs write.
const LONGEST: usize = 64;
/// How the groups of a universally unique identifier are divided, of which some may hold no digit.
const IDENTIFIER: &[u8; 36] = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
/// Stands for the character before the first.
const BEGINNING: u8 = 0;

/// How long a time may be. Its numbers keep their length, so that it stays one.
const TIME: usize = 40;

/// A text with its numbers left open.
#[derive(Debug)]
pub struct Shape {
    text: Box<[u8]>,
    numbers: Vec<Open>,
    /// What stands behind the last.
    end: Range<usize>,
}

/// A number that is left open.
#[derive(Debug)]
struct Open {
    /// What stands between it and the one before.
    between: Range<usize>,
    number: Number,
    /// How long those are that tell there, a bit for each length.
    telling: u128,
}

/// What may stand for a number.
#[derive(Debug, Clone, Copy)]
enum Number {
    /// So many digits.
    Long(usize),
    /// Digits within a word.
    Digits,
    /// A word of hexadecimal digits.
    Word,
    /// A universally unique identifier.
    Identifier,
}

impl Shape {
    /// The shape of one or several lines.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let mut zones = zones(text);
        let mut zone = zones.next().unwrap_or_default();
        let mut numbers = Vec::new();
        let (mut done, mut time) = (0, 0);
        each_number(text, |before, range, number| {
            while zone.1 <= range.start {
                let Some(next) = zones.next() else { break };
                zone = next;
            }
            if time <= range.start {
                let longest = (range.start + TIME).min(text.len());
                time = range.start + clock::time_length(&lines::text(&text[range.start..longest]));
            }
            let digits = &text[range.clone()];
            let number = match number {
                _ if range.start >= zone.0.max(time) => number,
                Number::Word | Number::Identifier if !digits.iter().all(u8::is_ascii_digit) => return,
                _ => Number::Long(digits.len()),
            };
            if digits.len() <= LONGEST && !tells(before, digits) {
                numbers.push(Open {
                    between: done..range.start,
                    number,
                    telling: lengths_that_tell(before),
                });
                done = range.end;
            }
        });
        Self {
            text: text.into(),
            numbers,
            end: done..text.len(),
        }
    }

    /// Whether a text differs in nothing but numbers that do not tell.
    #[must_use]
    pub fn fits(&self, text: &[u8]) -> bool {
        let mut rest = text;
        let mut before = BEGINNING;
        for open in &self.numbers {
            let between = &self.text[open.between.clone()];
            let Some(behind) = rest.strip_prefix(between) else {
                return false;
            };
            let Some((number, behind)) = open.number.first_of(behind) else {
                return false;
            };
            before = between.last().copied().unwrap_or(before);
            if open.telling >> number.len() & 1 != 0 && tells(before, number) {
                return false;
            }
            rest = behind;
        }
        rest == &self.text[self.end.clone()]
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.text.len() + self.numbers.len() * size_of::<Open>()
    }
}

impl Number {
    /// The one that stands at the beginning of a text, and what stands behind it.
    fn first_of(self, text: &[u8]) -> Option<(&[u8], &[u8])> {
        if matches!(self, Self::Identifier) {
            return is_identifier(text).then(|| text.split_at(IDENTIFIER.len()));
        }
        let mut length = 0;
        let mut digits = 0;
        for byte in text {
            match byte {
                b'0'..=b'9' => digits += 1,
                b'a'..=b'f' if matches!(self, Self::Word) => {}
                b'a'..=b'z' | b'A'..=b'Z' if matches!(self, Self::Word) => return None,
                _ => break,
            }
            length += 1;
        }
        let fits = match self {
            Self::Long(own) => own == length,
            Self::Digits | Self::Word | Self::Identifier => digits > 0,
        };
        (fits && length <= LONGEST).then(|| text.split_at(length))
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

/// The numbers of the texts that are known, by the character before them.
static TELLING: LazyLock<[Vec<&'static [u8]>; 256]> = LazyLock::new(|| {
    let literals = catalogue::entries().iter().flat_map(|entry| entry.template.literals());
    let known = literals.chain(context::words()).chain(translations::texts());
    let mut telling: [Vec<&[u8]>; 256] = std::array::from_fn(|_| Vec::new());
    for text in known.chain(clean::escapes()).chain([prefix::VERSION]).map(str::as_bytes) {
        each_number(text, |before, number, _| {
            let alike = &mut telling[usize::from(before)];
            if !alike.contains(&&text[number.clone()]) {
                alike.push(&text[number]);
            }
        });
    }
    telling
});

/// Whether a number behind this character may change what a text says. One that a text begins with may stand behind anything.
fn tells(before: u8, number: &[u8]) -> bool {
    for before in [before, BEGINNING] {
        for telling in &TELLING[usize::from(before)] {
            if *telling == number {
                return true;
            }
        }
    }
    is_escape(before, number)
}

/// How long the numbers are that tell behind this character, a bit for each length.
fn lengths_that_tell(before: u8) -> u128 {
    let telling = TELLING[usize::from(before)].iter().chain(&TELLING[usize::from(BEGINNING)]);
    let escapes = if before == b'#' { u128::MAX } else { 0 };
    telling.fold(escapes, |lengths, number| lengths | 1 << number.len().min(LONGEST))
}

/// `#011` is a tab.
fn is_escape(before: u8, number: &[u8]) -> bool {
    before == b'#' && number.starts_with(b"0")
}

/// Gives each number of a text with the character before it: digits, or a word of hexadecimal digits.
fn each_number(text: &[u8], mut give: impl FnMut(u8, Range<usize>, Number)) {
    let before = |start: usize| start.checked_sub(1).map_or(BEGINNING, |before| text[before]);
    let mut at = 0;
    while at < text.len() {
        let word = at..at + length(&text[at..], u8::is_ascii_alphanumeric);
        if is_identifier(&text[at..]) {
            give(before(at), at..at + IDENTIFIER.len(), Number::Identifier);
            at += IDENTIFIER.len();
            continue;
        }
        at = word.end + 1;
        // An escape is no number.
        if before(word.start) == b'\\' {
            continue;
        }
        let word = if text[word.clone()].starts_with(b"0x") {
            word.start + 2..word.end
        } else {
            word
        };
        if is_number(&text[word.clone()]) {
            give(before(word.start), word, Number::Word);
            continue;
        }
        let mut from = word.start;
        while from < word.end {
            let digits = from..from + length(&text[from..word.end], u8::is_ascii_digit);
            from = digits.end + 1;
            if !digits.is_empty() {
                give(before(digits.start), digits, Number::Digits);
            }
        }
    }
}

/// Whether a text begins with a universally unique identifier.
fn is_identifier(text: &[u8]) -> bool {
    let fits = |(pattern, byte): (&u8, &u8)| match pattern {
        b'-' => *byte == b'-',
        _ => is_hexadecimal(*byte),
    };
    text.len() >= IDENTIFIER.len()
        && IDENTIFIER.iter().zip(text).all(fits)
        && !text.get(IDENTIFIER.len()).is_some_and(u8::is_ascii_alphanumeric)
}

fn is_hexadecimal(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// Whether a word is a number.
fn is_number(word: &[u8]) -> bool {
    word.iter().copied().all(is_hexadecimal) && word.iter().any(u8::is_ascii_digit)
}

/// How many bytes at the beginning are of a kind.
fn length(text: &[u8], is_of_kind: impl Fn(&u8) -> bool) -> usize {
    text.iter().position(|byte| !is_of_kind(byte)).unwrap_or(text.len())
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
        let long = "1".repeat(LONGEST + 1);
        assert!(!Shape::of(long.as_bytes()).fits("2".repeat(LONGEST + 1).as_bytes()));
        assert!(!Shape::of(b"a b c d e #01112").fits(b"a b c d e #41112"));
        assert!(!Shape::of(b"a b c d e \\u00fc").fits(b"a b c d e \\u01fc"));
    }
}
