//! The numbers that tell something: those of the texts that `explain` knows.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem;

use super::number::{Number, each_number, is_hexadecimal};
use super::{catalogue, clean, memo, owner, prefix, translations};

/// Stands for the character before the first, and for the one behind the last.
pub const NOTHING: u8 = 0;

/// A number of a text that is known.
#[derive(Debug, PartialEq, Eq)]
pub struct Telling {
    number: &'static [u8],
    beside: Beside,
    /// Whether the text begins with it, or ends: in a log, it may be a part of a longer number then.
    begins_text: bool,
    ends_text: bool,
}

impl Telling {
    /// Whether it may stand in such a number.
    fn may_be_in(&self, number: Number) -> bool {
        match number {
            Number::Long(length) if self.begins_text || self.ends_text => self.number.len() <= length,
            Number::Long(length) => self.number.len() == length,
            Number::Digits | Number::Word | Number::Identifier => true,
        }
    }
}

/// Those that are known, by the character before them.
static TELLING: LazyLock<[Vec<Telling>; 256]> = LazyLock::new(|| {
    let literals = catalogue::entries().iter().flat_map(|entry| entry.template.literals());
    let known = literals.chain(owner::words()).chain(translations::texts()).chain(memo::behind());
    let mut all: [Vec<Telling>; 256] = std::array::from_fn(|_| Vec::new());
    for text in known.chain(clean::escapes()).chain([prefix::VERSION]).map(str::as_bytes) {
        each_number(text, |range, _| {
            let beside = Beside::of(text, &range);
            let telling = Telling {
                begins_text: range.start == 0,
                ends_text: range.end == text.len(),
                number: &text[range],
                beside,
            };
            let alike = &mut all[usize::from(beside.before)];
            if !alike.contains(&telling) {
                alike.push(telling);
            }
        });
    }
    all
});

/// The characters around a number; none where the text begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// The two before it.
    lead: u8,
    pub before: u8,
    after: u8,
}

impl Beside {
    #[must_use]
    pub fn of(text: &[u8], number: &Range<usize>) -> Self {
        let back = |by: usize| number.start.checked_sub(by).map_or(NOTHING, |before| text[before]);
        Self {
            lead: back(2),
            before: back(1),
            after: text.get(number.end).copied().unwrap_or(NOTHING),
        }
    }

    /// Whether it may be written so in a log.
    fn may_be(self, other: Self, is_of_number: fn(&u8) -> bool) -> bool {
        // Before it may stand another number.
        let is_led = match self.lead {
            NOTHING => true,
            lead if is_hexadecimal(other.lead) => is_of_number(&lead),
            lead => may_be_written(lead, other.lead),
        };
        is_led && (self.after == NOTHING || may_be_written(self.after, other.after))
    }
}

/// The numbers that may change what a text says where these characters stand before and behind them.
pub fn telling(beside: Beside, number: Number) -> impl Iterator<Item = &'static Telling> {
    // One that a text begins with may stand behind anything.
    let own = &TELLING[usize::from(beside.before)];
    let is_of_number = match number {
        Number::Long(_) => u8::is_ascii_digit,
        Number::Digits | Number::Word | Number::Identifier => |byte: &u8| is_hexadecimal(*byte),
    };
    let first = if beside.before == NOTHING {
        &[]
    } else {
        TELLING[usize::from(NOTHING)].as_slice()
    };
    own.iter()
        .chain(first)
        .filter(move |telling| telling.may_be_in(number) && telling.beside.may_be(beside, is_of_number))
}

/// Whether a character of a text may stand in a log as another: blanks, quotes and line ends are changed on their way there.
pub fn may_be_written(own: u8, other: u8) -> bool {
    const ESCAPES: &[u8] = b"\\#&%=\x1b";
    const ALIKE: [&[u8]; 2] = [b" \t\r\n\0", b"\"'`"];
    own.eq_ignore_ascii_case(&other)
        || ESCAPES.contains(&other)
        || !other.is_ascii()
        || ALIKE.iter().any(|alike| alike.contains(&own) && alike.contains(&other))
}

/// Whether a number is one that tells something.
pub fn tells(telling: &[&Telling], number: &[u8]) -> bool {
    telling.iter().any(|telling| match (telling.begins_text, telling.ends_text) {
        (false, false) => number == telling.number,
        (false, true) => number.starts_with(telling.number),
        (true, false) => number.ends_with(telling.number),
        (true, true) => memmem::find(number, telling.number).is_some(),
    })
}
