//! `.pgpass`, as libpq's `passwordFromFile` reads it.

use crate::secret::Secret;

/// The password for one connection, with its line, counted from 1. The default socket directory goes by the name `localhost`.
#[must_use]
pub fn lookup(text: &[u8], host: &[u8], port: u16, database: &[u8], user: &[u8]) -> Option<(Secret, usize)> {
    let port = port.to_string();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"#") {
            continue;
        }
        let rest = [host, port.as_bytes(), database, user]
            .into_iter()
            .try_fold(line, |rest, wanted| field(rest, wanted));
        if let Some(rest) = rest {
            return Some((Secret::new(unescape(rest)), index + 1));
        }
    }
    None
}

/// What follows the field, if it matches: `*` matches all, a backslash takes the next byte literally.
fn field<'a>(line: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    if let Some(rest) = line.strip_prefix(b"*:") {
        return Some(rest);
    }
    let mut wanted = wanted.iter();
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        if *byte == b':' && wanted.len() == 0 {
            return Some(&line[at + 1..]);
        }
        if *byte == b'\\' {
            at += 1;
        }
        if line.get(at) != Some(wanted.next()?) {
            return None;
        }
        at += 1;
    }
    None
}

/// The password runs to the next colon that no backslash precedes, or to the end.
fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b':' => break,
            b'\\' => out.push(*bytes.next().unwrap_or(byte)),
            _ => out.push(*byte),
        }
    }
    out
}
