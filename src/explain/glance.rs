//! Lines that differ from one that was read in nothing but digits: what they say is known at a glance.

use super::shape::{self, Doubt};

/// How many lines are kept, each in the slot that its hash names.
const SLOTS: usize = 1024;
/// Longer lines are not kept.
const LONGEST: usize = 512;

/// Lines that were read, with what is known of each.
#[derive(Debug)]
pub struct Glances<T> {
    slots: Vec<Slot<T>>,
    /// Of the line that was asked for last: kept between lines, so that none is made for each.
    blank: Vec<u8>,
}

#[derive(Debug)]
struct Slot<T> {
    /// The line with a zero for each digit.
    blank: Vec<u8>,
    line: Vec<u8>,
    /// Where a number may tell.
    doubts: Vec<Doubt>,
    known: Option<T>,
}

impl<T> Default for Glances<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            blank: Vec::new(),
        }
    }
}

impl<T> Glances<T> {
    /// What is known of a line that differs in digits alone, and in none that tell.
    pub fn recall(&mut self, line: &[u8]) -> Option<&T> {
        let slot = self.slot_of(line)?;
        let slot = self.slots.get(slot)?;
        let is_alike = slot.blank == self.blank && slot.doubts.iter().all(|doubt| doubt.is_void(&slot.line, line));
        slot.known.as_ref().filter(|_| is_alike)
    }

    /// Notes what is known of a line.
    pub fn note(&mut self, line: &[u8], known: T) {
        let Some(slot) = self.slot_of(line) else {
            return;
        };
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, || Slot {
                blank: Vec::new(),
                line: Vec::new(),
                doubts: Vec::new(),
                known: None,
            });
        }
        let slot = &mut self.slots[slot];
        slot.blank.clone_from(&self.blank);
        slot.line.clear();
        slot.line.extend_from_slice(line);
        slot.doubts = shape::doubts(line);
        slot.known = Some(known);
    }

    fn slot_of(&mut self, line: &[u8]) -> Option<usize> {
        if line.len() > LONGEST {
            return None;
        }
        self.blank.clear();
        self.blank
            .extend(line.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }));
        let (words, rest) = self.blank.as_chunks();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let hash = words.iter().chain([&last]).fold(0, |hash: u64, word| {
            (hash.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        usize::try_from(hash >> 32).ok().map(|hash| hash % SLOTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_that_tell_nothing_may_differ() {
        let mut glances = Glances::default();
        glances.note(b"ConnectionResetError: [Errno 104] from 192.168.0.1:4711", 1);
        for (line, known) in [
            ("ConnectionResetError: [Errno 104] from 192.168.0.1:4711", true),
            ("ConnectionResetError: [Errno 104] from 172.254.7.9:9999", true),
            ("ConnectionResetError: [Errno 105] from 192.168.0.1:4711", false),
            ("ConnectionResetError: [Errno 104] from 192.168.0.1:5432", false),
            ("ConnectionResetError: [Errno 104] from 192.168.0.1:4711 ", false),
            ("ConnectionResetError: [Errno 104] from 192.168.0.11:471", false),
        ] {
            assert_eq!(glances.recall(line.as_bytes()).is_some(), known, "{line}");
        }
    }
}
