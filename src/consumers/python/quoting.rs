//! `quote` and `unquote` of Python's `urllib.parse`.

use percent_encoding::percent_encode_byte;

use crate::conninfo::decode;

/// Python's `unquote`: a `%` that is no code stays, and codes that make no UTF-8 become U+FFFD.
#[must_use]
pub fn unquote(text: &[u8]) -> Vec<u8> {
    if !text.contains(&b'%') {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    // Only runs of ASCII are decoded, each by itself.
    for run in text.chunk_by(|left, right| left.is_ascii() == right.is_ascii()) {
        if run[0].is_ascii() {
            out.extend_from_slice(String::from_utf8_lossy(&decode::lenient(run, |_| true)).as_bytes());
        } else {
            out.extend_from_slice(run);
        }
    }
    out
}

/// Python's `unquote_plus`: `+` is a blank.
#[must_use]
pub fn unquote_plus(text: &[u8]) -> Vec<u8> {
    let blanks: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    unquote(&blanks)
}

/// Python's `quote`: everything but letters, digits, `_.-~` and the bytes of `safe` becomes a code.
#[must_use]
pub fn quote(text: &[u8], safe: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(byte) || safe.contains(byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(percent_encode_byte(*byte).as_bytes());
        }
    }
    out
}
