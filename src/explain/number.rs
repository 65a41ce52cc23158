//! What programs write for a number: digits, or a word of hexadecimal digits.

use std::ops::Range;

use super::eight;

/// A longer number is none that programs write.
pub const LONGEST: usize = 64;

/// How the groups of a universally unique identifier are divided, of which some may hold no digit.
const IDENTIFIER: &[u8; 36] = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/// What may stand for a number.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// So many digits.
    Long(usize),
    /// Digits within a word.
    Digits,
    /// A word of hexadecimal digits.
    Word,
    /// A universally unique identifier.
    Identifier,
}

impl Number {
    /// The one that stands at the beginning of a text, and what stands behind it.
    pub fn first_of(self, text: &[u8]) -> Option<(&[u8], &[u8])> {
        let (length, fits) = match self {
            Self::Identifier => (IDENTIFIER.len(), is_identifier(text)),
            Self::Long(own) => {
                let length = eight::digits(text);
                (length, length == own)
            }
            Self::Digits => {
                let length = eight::digits(text);
                (length, length > 0)
            }
            Self::Word => {
                let length = length(text, u8::is_ascii_alphanumeric);
                (length, is_number(&text[..length]))
            }
        };
        (fits && length <= LONGEST).then(|| text.split_at(length))
    }
}

/// Gives each number of a text: digits, or a word of hexadecimal digits.
pub fn each_number(text: &[u8], mut give: impl FnMut(Range<usize>, Number)) {
    let mut at = 0;
    while at < text.len() {
        let word = at..at + length(&text[at..], u8::is_ascii_alphanumeric);
        if is_identifier(&text[at..]) {
            give(at..at + IDENTIFIER.len(), Number::Identifier);
            at += IDENTIFIER.len();
            continue;
        }
        at = word.end + 1;
        // An escape is no number.
        if text[..word.start].ends_with(b"\\") {
            continue;
        }
        let word = if text[word.clone()].starts_with(b"0x") {
            word.start + 2..word.end
        } else {
            word
        };
        if is_number(&text[word.clone()]) {
            give(word, Number::Word);
            continue;
        }
        let mut from = word.start;
        while from < word.end {
            let digits = from..from + length(&text[from..word.end], u8::is_ascii_digit);
            from = digits.end + 1;
            if !digits.is_empty() {
                give(digits, Number::Digits);
            }
        }
    }
}

/// Whether a text begins with a universally unique identifier.
pub fn is_identifier(text: &[u8]) -> bool {
    let fits = |(pattern, byte): (&u8, &u8)| match pattern {
        b'-' => *byte == b'-',
        _ => is_hexadecimal(*byte),
    };
    text.len() >= IDENTIFIER.len()
        && IDENTIFIER.iter().zip(text).all(fits)
        && !text.get(IDENTIFIER.len()).is_some_and(u8::is_ascii_alphanumeric)
}

pub fn is_hexadecimal(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// Whether a word is a number.
pub fn is_number(word: &[u8]) -> bool {
    word.iter().copied().all(is_hexadecimal) && word.iter().any(u8::is_ascii_digit)
}

/// How many bytes at the beginning are of a kind.
pub fn length(text: &[u8], is_of_kind: impl Fn(&u8) -> bool) -> usize {
    text.iter().position(|byte| !is_of_kind(byte)).unwrap_or(text.len())
}
