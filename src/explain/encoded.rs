//! A log as bytes that are no plain text: UTF-16, as Windows writes it, is read as UTF-8; of what is packed, it is said how to unpack it.

use std::io::{self, Read};

/// How much shows what it is.
const HEAD: usize = 8;

/// Beginnings of files that hold no text, what they are, and what prints their text.
const PACKED: &[(&[u8], &str, &str)] = &[
    (b"\x1f\x8b", "compressed by gzip", "zcat FILE"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", "zstdcat FILE"),
    (b"\xfd7zXZ\0", "compressed by xz", "xzcat FILE"),
    (b"PK\x03\x04", "a zip archive", "unzip -p FILE"),
    (b"LPKSHHRH", "a file of journald's", "journalctl --file FILE"),
];

/// Reads a log as UTF-8.
pub struct Encoded {
    log: Box<dyn Read + Send>,
    encoding: Encoding,
}

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encoded")
    }
}

enum Encoding {
    /// Nothing was read yet.
    Unknown,
    /// What was read of it and not given on, then the rest as it is.
    Plain(Vec<u8>),
    Utf16(Utf16),
}

/// The state between two reads.
struct Utf16 {
    is_big_endian: bool,
    /// What makes no character yet.
    pending: Vec<u8>,
    /// What was read and not given on.
    text: Vec<u8>,
}

impl Encoded {
    #[must_use]
    pub fn new(log: Box<dyn Read + Send>) -> Self {
        Self {
            log,
            encoding: Encoding::Unknown,
        }
    }

    fn recognise(&mut self) -> io::Result<()> {
        let mut head = Vec::new();
        self.log.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        if let Some((_, what, print)) = PACKED.iter().find(|(begin, ..)| head.starts_with(begin)) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it is {what}: {print} | dbdoctor explain"),
            ));
        }
        self.encoding = match head.as_slice() {
            [0xff, 0xfe, text @ ..] => Encoding::Utf16(Utf16::new(false, text)),
            [0xfe, 0xff, text @ ..] => Encoding::Utf16(Utf16::new(true, text)),
            [1..=127, 0, 1..=127, 0, ..] => Encoding::Utf16(Utf16::new(false, &head)),
            _ => Encoding::Plain(head),
        };
        Ok(())
    }
}

impl Read for Encoded {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if matches!(self.encoding, Encoding::Unknown) {
            self.recognise()?;
        }
        match &mut self.encoding {
            Encoding::Unknown => Ok(0),
            Encoding::Plain(head) if head.is_empty() => self.log.read(bytes),
            Encoding::Plain(head) => Ok(give(head, bytes)),
            Encoding::Utf16(utf16) => utf16.read(&mut self.log, bytes),
        }
    }
}

/// Moves as much as there is room for.
fn give(from: &mut Vec<u8>, to: &mut [u8]) -> usize {
    let length = from.len().min(to.len());
    to[..length].copy_from_slice(&from[..length]);
    from.drain(..length);
    length
}

impl Utf16 {
    fn new(is_big_endian: bool, begin: &[u8]) -> Self {
        Self {
            is_big_endian,
            pending: begin.to_vec(),
            text: Vec::new(),
        }
    }

    fn read(&mut self, log: &mut dyn Read, bytes: &mut [u8]) -> io::Result<usize> {
        while self.text.is_empty() {
            let known = self.pending.len();
            self.pending.resize(known + bytes.len().max(4), 0);
            let length = log.read(&mut self.pending[known..])?;
            self.pending.truncate(known + length);
            let is_end = length == 0;
            if is_end && self.pending.is_empty() {
                return Ok(0);
            }
            self.decode(is_end);
        }
        Ok(give(&mut self.text, bytes))
    }

    /// Decodes all but what may be a part of a character.
    fn decode(&mut self, is_end: bool) {
        let unit = |pair: &[u8]| {
            let pair = [pair[0], pair[1]];
            if self.is_big_endian {
                u16::from_be_bytes(pair)
            } else {
                u16::from_le_bytes(pair)
            }
        };
        let mut units: Vec<u16> = self.pending.chunks_exact(2).map(unit).collect();
        let is_first_half = |unit: &u16| (0xd800..0xdc00).contains(unit);
        if !is_end && units.last().is_some_and(is_first_half) {
            units.pop();
        }
        self.pending.drain(..units.len() * 2);
        if is_end {
            self.pending.clear();
        }
        self.text.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        Encoded::new(Box::new(io::Cursor::new(bytes.to_vec()))).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn both_kinds_of_utf16_are_read_and_the_rest_is_left_as_it_is() {
        let text = "FATAL:  Rolle »app« existiert nicht 🐘\r\n";
        let little = || text.encode_utf16().flat_map(u16::to_le_bytes);
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(
            read(&[&[0xff, 0xfe], little().collect::<Vec<_>>().as_slice()].concat()).expect("it is text"),
            text
        );
        assert_eq!(read(&[&[0xfe, 0xff], big.as_slice()].concat()).expect("it is text"), text);
        assert_eq!(read(&little().collect::<Vec<_>>()).expect("it is text"), text);
        for plain in ["", "a", "FATAL:  x\n", "ab\0\0cd"] {
            assert_eq!(read(plain.as_bytes()).expect("it is text"), plain);
        }
    }

    #[test]
    fn what_is_packed_is_named() {
        let error = read(b"\x1f\x8b\x08\0rest").expect_err("it is no text");
        assert_eq!(error.to_string(), "it is compressed by gzip: zcat FILE | dbdoctor explain");
    }
}
