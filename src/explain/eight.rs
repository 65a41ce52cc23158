//! Looks at eight bytes at once: most of what a log repeats differs in digits alone.

/// How many bytes there are in one look.
pub const EIGHT: usize = 8;

const ONES: u64 = u64::MAX / 0xff;
const HIGH: u64 = 0x80 * ONES;

/// Eight bytes, of which some may be any digit.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    /// A digit is `0` here.
    bytes: u64,
    /// The bits of the digits.
    digits: u64,
}

impl Pattern {
    /// `0` stands for any digit, all else for itself.
    #[must_use]
    pub const fn of(pattern: [u8; EIGHT]) -> Self {
        let mut digits = [0; EIGHT];
        let mut at = 0;
        while at < EIGHT {
            if pattern[at] == b'0' {
                digits[at] = 0xff;
            }
            at += 1;
        }
        Self::with(pattern, digits)
    }

    /// All bits of `digits` are set where `bytes` has a digit, which is `0` there.
    #[must_use]
    pub const fn with(bytes: [u8; EIGHT], digits: [u8; EIGHT]) -> Self {
        Self {
            bytes: u64::from_le_bytes(bytes),
            digits: u64::from_le_bytes(digits),
        }
    }

    /// Whether a text has it at a place.
    #[must_use]
    pub fn stands_at(self, text: &[u8], at: usize) -> bool {
        text.get(at..)
            .and_then(|text| text.first_chunk())
            .is_some_and(|bytes| self.fits(*bytes))
    }

    /// Whether bytes differ from it in digits alone.
    #[must_use]
    pub fn fits(self, bytes: [u8; EIGHT]) -> bool {
        let differing = u64::from_le_bytes(bytes) ^ self.bytes;
        let digits = differing & self.digits;
        (differing & !self.digits) | (not_digits(digits) & HIGH) == 0
    }
}

/// The upper bit of each byte that is above nine, up to the first of them: what lies behind it may be wrong.
fn not_digits(values: u64) -> u64 {
    (values.wrapping_add((0x80 - 10) * ONES) | values) & HIGH
}

/// How many digits a text begins with.
#[must_use]
pub fn digits(text: &[u8]) -> usize {
    let mut length = 0;
    for bytes in text.as_chunks().0 {
        let others = not_digits(u64::from_le_bytes(*bytes) ^ (u64::from(b'0') * ONES));
        if others != 0 {
            return length + others.trailing_zeros() as usize / EIGHT;
        }
        length += EIGHT;
    }
    length + text[length..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_told_from_all_other_bytes() {
        let pattern = Pattern::of(*b"00:0-0x0");
        for place in 0..EIGHT {
            for byte in 0..=u8::MAX {
                let mut text = *b"12:3-4x5";
                let fits = text[place] == byte || text[place].is_ascii_digit() && byte.is_ascii_digit();
                text[place] = byte;
                assert_eq!(pattern.fits(text), fits, "{text:?}");
                let mut text = *b"12345678901234567";
                for at in [place, place + EIGHT] {
                    text[at] = byte;
                    let expected = if byte.is_ascii_digit() { text.len() } else { at };
                    assert_eq!(digits(&text), expected, "{text:?}");
                    assert_eq!(digits(&text[..=at]), expected.min(at + 1), "{text:?}");
                    text[at] = b'0';
                }
            }
        }
    }
}
