//! Percent-decoding as libpq's `conninfo_uri_decode` does it.

use super::Version;
use super::error::{Component, Fault, ParseError};

/// Decodes a URI's component that begins at byte `start` of the connection string.
///
/// # Errors
///
/// A broken `%` token, `%00`, and from libpq 18 on a blank inside the component.
pub fn decode(raw: &[u8], start: usize, component: Component, version: Version) -> Result<Vec<u8>, ParseError> {
    let blanks_end_it = version >= Version::V18;
    let leading = if blanks_end_it { count_blanks(raw) } else { 0 };
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = &raw[leading..];
    while let Some((&byte, tail)) = rest.split_first() {
        let position = start + raw.len() - rest.len();
        if byte == b' ' && blanks_end_it {
            if count_blanks(rest) == rest.len() {
                break;
            }
            return Err(ParseError::at(Fault::InnerBlank, component, position));
        }
        if byte != b'%' {
            out.push(byte);
            rest = tail;
            continue;
        }
        match token(tail) {
            None => return Err(ParseError::at(Fault::PercentToken, component, position)),
            Some(0) => return Err(ParseError::new(Fault::PercentNul, component, position..position + 3)),
            Some(decoded) => out.push(decoded),
        }
        rest = &tail[2..];
    }
    Ok(out)
}

/// The byte that two hexadecimal digits stand for, if `text` begins with two.
#[must_use]
pub fn token(text: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    match text {
        [high, low, ..] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

/// Percent-decodes what `accepts` lets pass, and takes a `%` that begins no such code as it is.
#[must_use]
pub fn lenient(text: &[u8], accepts: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        if let (b'%', Some(decoded)) = (byte, token(tail).filter(|decoded| accepts(*decoded))) {
            out.push(decoded);
            rest = &tail[2..];
        } else {
            out.push(byte);
            rest = tail;
        }
    }
    out
}

fn count_blanks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == b' ').count()
}
