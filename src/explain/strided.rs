//! Looks for hundreds of literals by eight bytes in every five.
//!
//! A literal of twelve bytes holds five stretches of eight, so that one of them lies where the search looks, wherever the literal stands; a
//! longer one has several to choose from, and the rarest are taken. Few of the stretches in a log are one of these: a table of one bit for
//! each hash says so, in the processor's nearest memory.

/// How many bytes are looked at.
const STRETCH: usize = 8;
/// How many bytes further the next look is.
const STRIDE: usize = 5;
/// Among how many stretches of a literal the rarest is chosen.
const CHOICES: usize = 3;
/// Shorter literals may lie between two looks.
pub const SHORTEST: usize = STRETCH + STRIDE - 1;

/// The bits of a hash that choose among the table's.
const TABLE: u32 = 18;
const WORDS: usize = 1 << (TABLE - u64::BITS.ilog2());
/// The upper ones of them, which choose a bucket.
const BUCKETS: u32 = 12;

/// The literals, ready to be looked for.
#[derive(Debug)]
pub struct Strided {
    literals: Vec<&'static [u8]>,
    table: Box<[u64; WORDS]>,
    /// Sorted by their hash.
    stretches: Vec<Stretch>,
    /// Where each bucket of stretches begins, and where the last ends.
    buckets: Vec<u16>,
}

/// One place of one literal; small, so that many fit into the nearest memory.
#[derive(Debug)]
struct Stretch {
    bytes: u64,
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
    pub fn new(literals: &[&'static str]) -> Self {
        let literals: Vec<&[u8]> = literals.iter().map(|literal| literal.as_bytes()).collect();
        let mut stretches = Vec::with_capacity(literals.len() * STRIDE);
        for (literal, bytes) in literals.iter().enumerate() {
            for phase in 0..STRIDE {
                let offsets = (phase..=bytes.len() - STRETCH).step_by(STRIDE).take(CHOICES);
                let rarest = offsets.min_by_key(|offset| ordinariness(&bytes[*offset..offset + STRETCH]));
                stretches.extend(rarest.map(|offset| Stretch {
                    bytes: number(&bytes[offset..offset + STRETCH]),
                    literal: small(literal),
                    offset: small(offset),
                }));
            }
        }
        stretches.sort_unstable_by_key(|stretch| (hash(stretch.bytes), stretch.literal));
        let table: Box<[u64]> = vec![0; WORDS].into_boxed_slice();
        let mut table: Box<[u64; WORDS]> = table.try_into().expect("it has so many words");
        for stretch in &stretches {
            let hash = hash(stretch.bytes);
            table[hash / 64] |= 1 << (hash % 64);
        }
        let begin = |bucket| stretches.partition_point(|stretch| self::bucket(hash(stretch.bytes)) < bucket);
        Self {
            buckets: (0..=1 << BUCKETS).map(|bucket| small(begin(bucket))).collect(),
            literals,
            table,
            stretches,
        }
    }

    /// The literal that the first look at or behind `from` finds and `accept` takes, which is told its place in the list. Of several, the one
    /// that is taken for the least counts.
    pub fn find<T: Ord>(&self, haystack: &[u8], from: usize, mut accept: impl FnMut(usize, usize) -> Option<T>) -> Option<(Found, T)> {
        let mut at = from;
        // Four looks at once: what is rare in each is rare in all.
        while let Some(block) = haystack.get(at..at + 3 * STRIDE + STRETCH) {
            let has = |look: usize| self.has(&block[look * STRIDE..look * STRIDE + STRETCH]);
            if has(0) | has(1) | has(2) | has(3) {
                for look in (0..4).filter(|look| has(*look)) {
                    if let Some(found) = self.literal_at(haystack, at + look * STRIDE, &mut accept) {
                        return Some(found);
                    }
                }
            }
            at += 4 * STRIDE;
        }
        while at + STRETCH <= haystack.len() {
            if let Some(found) = self.literal_at(haystack, at, &mut accept) {
                return Some(found);
            }
            at += STRIDE;
        }
        None
    }

    /// Whether a stretch may be one of a literal.
    #[inline]
    fn has(&self, stretch: &[u8]) -> bool {
        let hash = hash(number(stretch));
        self.table[hash / 64] >> (hash % 64) & 1 != 0
    }

    #[cold]
    fn literal_at<T: Ord>(&self, haystack: &[u8], at: usize, accept: &mut impl FnMut(usize, usize) -> Option<T>) -> Option<(Found, T)> {
        let bytes = number(haystack.get(at..at + STRETCH)?);
        let bucket = bucket(hash(bytes));
        let [begin, end] = [bucket, bucket + 1].map(|bucket| usize::from(self.buckets[bucket]));
        let stretches = &self.stretches[begin..end];
        let found = stretches.iter().filter(|stretch| stretch.bytes == bytes).filter_map(|stretch| {
            let start = at.checked_sub(usize::from(stretch.offset))?;
            let literal = usize::from(stretch.literal);
            let stands = haystack[start..].starts_with(self.literals[literal]);
            let found = Found { start, next: at + STRIDE };
            accept(stands.then_some(literal)?, start).map(|taken| (found, taken))
        });
        found.min_by(|(_, one), (_, other)| one.cmp(other))
    }
}

/// How likely a stretch stands in an ordinary line: one of two words, or with more than small letters, is rare.
fn ordinariness(stretch: &[u8]) -> usize {
    let is_rare = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_punctuation();
    let joins_words = stretch[1..STRETCH - 1].contains(&b' ');
    let rare = stretch.iter().filter(|byte| is_rare(byte)).count();
    STRETCH - rare + if joins_words { 0 } else { STRETCH }
}

fn small(index: usize) -> u16 {
    u16::try_from(index).expect("a few thousand short literals are given")
}

fn number(window: &[u8]) -> u64 {
    window.try_into().map_or(0, u64::from_le_bytes)
}

fn hash(bytes: u64) -> usize {
    // Fibonacci hashing: the upper bits of the product depend on all bytes.
    let product = bytes.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(product >> (u64::BITS - TABLE)).unwrap_or(0)
}

fn bucket(hash: usize) -> usize {
    hash >> (TABLE - BUCKETS)
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
        ];
        let strided = Strided::new(&literals);
        for (index, literal) in literals.iter().enumerate() {
            assert!(literal.len() >= SHORTEST);
            for before in 0..40 {
                for from in 0..=before {
                    let text = format!("{}{literal}", &"connect to user exactl of connections "[..before.min(38)]);
                    let start = text.len() - literal.len();
                    let found = strided.find(text.as_bytes(), from.min(start), |literal, start| Some((literal, start)));
                    let found = found.map(|(_, found)| found);
                    assert_eq!(found, Some((index, start)), "{text} from {from}");
                }
            }
        }
        let refuses = b"connection refuses to be one of these, by exactly 12";
        assert!(strided.find(refuses, 0, |_, _| Some(())).is_none());
        assert!(strided.find(b"connection refused", 0, |_, _| None::<()>).is_none());
    }
}
