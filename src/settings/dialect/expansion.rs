//! `${NAME}` and its kin, filled in from what the file sets further up.

use std::collections::BTreeMap;

use crate::secret::Secret;
use crate::settings::env_file::{Assignment, Style};

/// How much references may bring into one file, in bytes: a few lines that double each other would fill any memory. By its usual limit
/// Linux hands a program no more in all its variables.
const MOST: usize = 2 * 1024 * 1024;

/// How deep defaults may lie in each other.
const DEEPEST: usize = 100;

/// What was set so far.
#[derive(Debug, Default)]
pub(super) struct Known {
    values: BTreeMap<Vec<u8>, Secret>,
    /// How much references brought in so far.
    filled: usize,
}

impl Known {
    pub(super) fn set(&mut self, name: &str, value: &Secret) {
        self.values.insert(name.as_bytes().to_vec(), value.clone());
    }

    pub(super) fn forget(&mut self, name: &[u8]) {
        self.values.remove(name);
    }

    fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.values.get(name).map(Secret::reveal)
    }
}

/// Why a value keeps its references.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfilled {
    /// A name is not set in this file: the reader may have it from elsewhere, or puts nothing in its place.
    Unknown,
    /// A reference that the reader does not understand.
    Invalid,
    /// More than is followed here.
    Excessive,
}

/// Fills the references of an assignment in as this reader does.
///
/// # Errors
///
/// Why it is left as it is.
pub(super) fn fill_in(
    found: &mut Assignment,
    known: &mut Known,
    reader: fn(&mut Filling, &[u8], &Known) -> Result<bool, Unfilled>,
) -> Result<(), Unfilled> {
    let mut filling = Filling {
        bytes: Vec::new(),
        filled: known.filled,
        levels: DEEPEST,
    };
    let any = reader(&mut filling, found.value.reveal(), known);
    known.filled = filling.filled;
    if any? {
        found.value = Secret::new(filling.bytes);
        found.styles.push(Style::Expanded);
    }
    Ok(())
}

/// A value as it is filled in.
#[derive(Debug)]
pub(super) struct Filling {
    bytes: Vec<u8>,
    filled: usize,
    /// How many defaults may still begin in each other.
    levels: usize,
}

impl Filling {
    /// python-dotenv: `${NAME}` and `${NAME:-default}`. Whether there was any.
    pub(super) fn dotenv(&mut self, value: &[u8], known: &Known) -> Result<bool, Unfilled> {
        let mut rest = value;
        let mut any = false;
        while let Some(start) = rest.windows(2).position(|pair| pair == b"${") {
            let inside = &rest[start + 2..];
            let Some(length) = inside.iter().position(|byte| matches!(byte, b':' | b'}')) else {
                break;
            };
            let (default, end) = match &inside[length..] {
                [b':', b'-', default @ ..] => match default.iter().position(|byte| *byte == b'}') {
                    Some(until) => (Some(&default[..until]), length + until + 3),
                    None => break,
                },
                // No reference for python-dotenv, nor is another that begins before this colon.
                [b':', ..] => {
                    self.bytes.extend_from_slice(&rest[..start + length + 3]);
                    rest = &inside[length + 1..];
                    continue;
                }
                _ => (None, length + 1),
            };
            self.bytes.extend_from_slice(&rest[..start]);
            self.put(known.get(&inside[..length]).or(default))?;
            rest = &inside[end..];
            any = true;
        }
        self.bytes.extend_from_slice(rest);
        Ok(any)
    }

    /// Compose: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:+other}`, `${NAME+other}`, and `$$` for a dollar.
    /// Whether there was any.
    pub(super) fn compose(&mut self, value: &[u8], known: &Known) -> Result<bool, Unfilled> {
        let mut at = 0;
        let mut any = false;
        while at < value.len() {
            if value[at] != b'$' {
                self.bytes.push(value[at]);
                at += 1;
                continue;
            }
            let rest = &value[at + 1..];
            any = true;
            match rest.first() {
                Some(b'$') => {
                    self.bytes.push(b'$');
                    at += 2;
                }
                Some(b'{') => {
                    let length = closing(rest).ok_or(Unfilled::Invalid)?;
                    self.braced(&rest[1..length], known)?;
                    at += length + 2;
                }
                Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => {
                    let name = &rest[..name_length(rest)];
                    self.put(known.get(name))?;
                    at += 1 + name.len();
                }
                _ => {
                    self.bytes.push(b'$');
                    at += 1;
                }
            }
        }
        Ok(any)
    }

    fn braced(&mut self, inside: &[u8], known: &Known) -> Result<(), Unfilled> {
        let (name, rest) = inside.split_at(name_length(inside));
        if name.first().is_none_or(u8::is_ascii_digit) {
            return Err(Unfilled::Invalid);
        }
        let value = known.get(name);
        let filled = value.filter(|value| !value.is_empty());
        match (rest, value.is_some(), filled.is_some()) {
            ([] | [b'?', ..], ..) | ([b'-', ..], true, _) => self.put(value),
            ([b':', b'?', ..], ..) | ([b':', b'-', ..], _, true) => self.put(filled),
            ([b':', b'-', other @ ..], _, false)
            | ([b'-', other @ ..], false, _)
            | ([b':', b'+', other @ ..], _, true)
            | ([b'+', other @ ..], true, _) => {
                self.levels = self.levels.checked_sub(1).ok_or(Unfilled::Excessive)?;
                self.compose(other, known)?;
                self.levels += 1;
                Ok(())
            }
            ([b':', b'+', ..], _, false) | ([b'+', ..], false, _) => Ok(()),
            _ => Err(Unfilled::Invalid),
        }
    }

    fn put(&mut self, value: Option<&[u8]>) -> Result<(), Unfilled> {
        let value = value.ok_or(Unfilled::Unknown)?;
        self.filled += value.len();
        if self.filled > MOST {
            return Err(Unfilled::Excessive);
        }
        self.bytes.extend_from_slice(value);
        Ok(())
    }
}

/// Where the brace that begins the text is closed; defaults may hold references of their own.
fn closing(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'{' if at == 0 || text[at - 1] == b'$' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_length(text: &[u8]) -> usize {
    text.iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count()
}
