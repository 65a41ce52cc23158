//! Looks for hundreds of literals by eight bytes in every five.
//!
//! A literal of twelve bytes holds five stretches of eight, so that one of them lies where the search looks, wherever the literal stands; a
//! longer one has several to choose from, and the rarest are taken. Few of the stretches in a log are one of these: a table of one bit for
//! each hash says so, in the processor's nearest memory, and a second one of those that only seem to be.

/// How many bytes are looked at.
const STRETCH: usize = 8;
/// How many bytes further the next look is.
const STRIDE: usize = 5;
/// How many looks are taken at once: what is rare in each is rare in all.
const LOOKS: usize = 4;
/// How many times that is done before anything is made of it.
const GROUPS: usize = 32;
/// As far as those looks reach.
const BLOCK: usize = (GROUPS * LOOKS - 1) * STRIDE + STRETCH;
/// Among how many stretches of a literal the rarest is chosen.
const CHOICES: usize = 3;
/// Shorter literals may lie between two looks.
pub const SHORTEST: usize = STRETCH + STRIDE - 1;

/// The words of the table that is asked first: so many as fit into the nearest memory.
const FIRST: usize = 4 << 10;
/// The words of the table that is asked once the first says yes, by other bits of the hash.
const SECOND: usize = 1 << 10;
/// How far those bits stand below the others.
const BELOW: u32 = 18;
/// The upper bits of a hash that choose a bucket.
const BUCKETS: u32 = 12;

/// The literals, ready to be looked for.
#[derive(Debug)]
pub struct Strided {
    literals: Vec<Box<[u8]>>,
    first: Bits<FIRST>,
    second: Bits<SECOND>,
    /// Sorted by their buckets.
    stretches: Vec<Stretch>,
    /// Where each bucket of stretches begins, and where the last ends.
    buckets: Vec<u16>,
}

/// One place of one literal; small, so that many fit into the nearest memory.
#[derive(Debug)]
struct Stretch {
    bytes: u64,
    /// As many of the literal that are not among those, where it has them.
    others: u64,
    /// Where the others stand, from here.
    distance: i16,
    literal: u16,
    offset: u16,
}

/// Where a literal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub start: usize,
    /// Where to look on for what stands beside it.
    pub next: usize,
}

impl Strided {
    /// Takes literals of at least [`SHORTEST`] bytes.
    #[must_use]
    pub fn new(literals: &[impl AsRef<str>]) -> Self {
        let literals: Vec<Box<[u8]>> = literals.iter().map(|literal| literal.as_ref().as_bytes().into()).collect();
        let mut stretches = Vec::with_capacity(literals.len() * STRIDE);
        for (index, literal) in literals.iter().enumerate() {
            for phase in 0..STRIDE {
                let offsets = (phase..=literal.len() - STRETCH).step_by(STRIDE).take(CHOICES);
                let rarest = offsets.min_by_key(|offset| ordinariness(&literal[*offset..offset + STRETCH]));
                stretches.extend(rarest.map(|offset| Stretch::of(literal, index, offset)));
            }
        }
        stretches.sort_unstable_by_key(|stretch| (bucket(hash(stretch.bytes)), stretch.literal));
        let (mut first, mut second) = (Bits::none(), Bits::none());
        for stretch in &stretches {
            first.set(hash(stretch.bytes));
            second.set(hash(stretch.bytes) << BELOW);
        }
        let begin = |bucket| stretches.partition_point(|stretch| self::bucket(hash(stretch.bytes)) < bucket);
        Self {
            buckets: (0..=1 << BUCKETS).map(|bucket| small(begin(bucket))).collect(),
            literals,
            first,
            second,
            stretches,
        }
    }

    /// The literal that the first look at or behind `from` finds and `accept` takes, which is told its place in the list. Of several, the one
    /// that is taken for the least counts.
    pub fn find<T: Ord>(&self, haystack: &[u8], from: usize, mut accept: impl FnMut(usize, usize) -> Option<T>) -> Option<(Found, T)> {
        let mut at = from;
        while let Some(block) = haystack.get(at..).and_then(|rest| rest.first_chunk()) {
            // What is rare is gathered, so that the processor never guesses wrong on its way.
            let mut hits = self.hits(block);
            while hits != 0 {
                let group = hits.trailing_zeros() as usize * LOOKS;
                hits &= hits - 1;
                for look in group..group + LOOKS {
                    let stretch = &block[look * STRIDE..look * STRIDE + STRETCH];
                    if self.surely(stretch)
                        && let Some(found) = self.literal_at(haystack, at + look * STRIDE, &mut accept)
                    {
                        return Some(found);
                    }
                }
            }
            at += GROUPS * LOOKS * STRIDE;
        }
        while let Some(stretch) = haystack.get(at..at + STRETCH) {
            if self.surely(stretch)
                && let Some(found) = self.literal_at(haystack, at, &mut accept)
            {
                return Some(found);
            }
            at += STRIDE;
        }
        None
    }

    /// The groups of looks of which one may be at a literal, a bit for each.
    #[inline(never)]
    fn hits(&self, block: &[u8; BLOCK]) -> u64 {
        (0..GROUPS).fold(0, |hits, group| {
            let group = &block[group * LOOKS * STRIDE..][..(LOOKS - 1) * STRIDE + STRETCH];
            let has = |look: usize| self.first.get(hash(number(&group[look * STRIDE..look * STRIDE + STRETCH])));
            let any = has(0) | has(1) | has(2) | has(3);
            hits >> 1 | (any & 1) << (GROUPS - 1)
        })
    }

    /// Whether a stretch is one of a literal, as far as the tables tell.
    #[inline]
    fn surely(&self, stretch: &[u8]) -> bool {
        let hash = hash(number(stretch));
        self.first.get(hash) & self.second.get(hash << BELOW) & 1 != 0
    }

    fn literal_at<T: Ord>(&self, haystack: &[u8], at: usize, accept: &mut impl FnMut(usize, usize) -> Option<T>) -> Option<(Found, T)> {
        let bytes = number(haystack.get(at..at + STRETCH)?);
        let bucket = bucket(hash(bytes));
        let (begin, end) = (self.buckets[bucket], self.buckets[bucket + 1]);
        let stretches = &self.stretches[usize::from(begin)..usize::from(end)];
        let found = stretches.iter().filter(|stretch| stretch.bytes == bytes).filter_map(|stretch| {
            let others = at.checked_add_signed(isize::from(stretch.distance))?;
            if number(haystack.get(others..others + STRETCH)?) != stretch.others {
                return None;
            }
            let start = at.checked_sub(usize::from(stretch.offset))?;
            let literal = usize::from(stretch.literal);
            let stands = haystack[start..].starts_with(&self.literals[literal]);
            let found = Found { start, next: at + STRIDE };
            accept(stands.then_some(literal)?, start).map(|taken| (found, taken))
        });
        found.min_by(|(_, one), (_, other)| one.cmp(other))
    }
}

impl Stretch {
    fn of(literal: &[u8], index: usize, offset: usize) -> Self {
        let last = literal.len() - STRETCH;
        let others = if last - offset >= offset.min(STRETCH) {
            last.min(offset + STRETCH)
        } else {
            offset.saturating_sub(STRETCH)
        };
        let signed = |offset| i16::try_from(offset).expect("a literal is short");
        Self {
            bytes: number(&literal[offset..offset + STRETCH]),
            others: number(&literal[others..others + STRETCH]),
            distance: signed(others) - signed(offset),
            literal: small(index),
            offset: small(offset),
        }
    }
}

/// A table of one bit for each upper part of a hash.
#[derive(Debug)]
struct Bits<const WORDS: usize>(Box<[u64; WORDS]>);

impl<const WORDS: usize> Bits<WORDS> {
    fn none() -> Self {
        let words: Box<[u64]> = vec![0; WORDS].into_boxed_slice();
        Self(words.try_into().expect("it has so many words"))
    }

    fn set(&mut self, hash: u64) {
        let bit = Self::bit(hash);
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    /// Whether a bit is set, as the lowest of the result; the others mean nothing.
    #[inline]
    fn get(&self, hash: u64) -> u64 {
        let bit = Self::bit(hash);
        self.0[bit / 64] >> (bit % 64)
    }

    fn bit(hash: u64) -> usize {
        upper((WORDS * 64).ilog2(), hash)
    }
}

/// How likely a stretch stands in an ordinary line: one of two words, or with more than small letters, is rare; of others that with the
/// fewest letters of words like "connection".
fn ordinariness(stretch: &[u8]) -> (usize, usize) {
    let ordinary = stretch.iter().filter(|byte| b"ceinort".contains(byte)).count();
    let is_rare = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_punctuation();
    let joins_words = stretch[1..STRETCH - 1].contains(&b' ');
    let rare = stretch.iter().filter(|byte| is_rare(byte)).count();
    (STRETCH - rare + if joins_words { 0 } else { STRETCH }, ordinary)
}

fn small(index: usize) -> u16 {
    u16::try_from(index).expect("a few thousand short literals are given")
}

fn number(window: &[u8]) -> u64 {
    window.try_into().map_or(0, u64::from_le_bytes)
}

/// Fibonacci hashing: the upper bits of the product depend on all bytes.
fn hash(bytes: u64) -> u64 {
    bytes.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn bucket(hash: u64) -> usize {
    upper(BUCKETS, hash)
}

/// So many of the upper bits of a hash.
fn upper(bits: u32, hash: u64) -> usize {
    usize::try_from(hash >> (u64::BITS - bits)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_found_wherever_it_stands() {
        let literals = [
            "connection refused",
            "connection to server",
            "Tenant or user not found",
            "exactly12 by",
            "a literal that is longer than several blocks of a search are wide, as far as it matters",
        ];
        let strided = Strided::new(&literals);
        for (index, literal) in literals.iter().enumerate() {
            assert!(literal.len() >= SHORTEST);
            for before in (0..40).chain(BLOCK - 9..BLOCK + 9) {
                for from in 0..=before.min(40) {
                    let ordinary = "connect to user exactl of connections ".repeat(BLOCK / 30);
                    let text = format!("{}{literal}{}", &ordinary[..before], &ordinary[..before % 7]);
                    let found = strided.find(text.as_bytes(), from, |literal, start| Some((literal, start)));
                    let found = found.map(|(_, found)| found);
                    assert_eq!(found, Some((index, before)), "{text} from {from}");
                }
            }
        }
        let refuses = b"connection refuses to be one of these, by exactly 12";
        assert!(strided.find(refuses, 0, |_, _| Some(())).is_none());
        assert!(strided.find(b"connection refused", 0, |_, _| None::<()>).is_none());
    }
}
