//! The keyword form, `host=db user=app`, as libpq's `conninfo_parse` reads it.

use super::Version;
use super::error::{Component, Fault, ParseError};
use super::parameters::Reading;

/// C's `isspace` in the "C" locale.
#[must_use]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn skip_spaces(text: &[u8], from: usize) -> usize {
    text[from..]
        .iter()
        .position(|byte| !is_space(*byte))
        .map_or(text.len(), |at| from + at)
}

pub(super) fn read(text: &[u8], version: Version, reading: &mut Reading) -> Result<(), ParseError> {
    let mut at = skip_spaces(text, 0);
    while at < text.len() {
        let start = at;
        let end = text[at..]
            .iter()
            .position(|byte| *byte == b'=' || is_space(*byte))
            .map_or(text.len(), |length| at + length);
        at = skip_spaces(text, end);
        if text.get(at) != Some(&b'=') {
            return Err(ParseError::new(Fault::MissingEquals, Component::Keyword, start..end));
        }
        let (value, next) = value(text, skip_spaces(text, at + 1))?;
        reading.store(&text[start..end], value, version, Component::Keyword, start..end);
        at = skip_spaces(text, next);
    }
    Ok(())
}

/// A value, and where the text goes on. A backslash takes the next byte literally, inside quotes and outside.
fn value(text: &[u8], start: usize) -> Result<(Vec<u8>, usize), ParseError> {
    let quoted = text.get(start) == Some(&b'\'');
    let mut at = if quoted { start + 1 } else { start };
    let mut out = Vec::new();
    loop {
        match text.get(at) {
            None if quoted => return Err(ParseError::at(Fault::UnclosedQuote, Component::Value, start)),
            None => return Ok((out, at)),
            Some(b'\'') if quoted => return Ok((out, at + 1)),
            Some(byte) if !quoted && is_space(*byte) => return Ok((out, at + 1)),
            Some(b'\\') => {
                out.extend(text.get(at + 1));
                at = (at + 2).min(text.len());
            }
            Some(byte) => {
                out.push(*byte);
                at += 1;
            }
        }
    }
}
