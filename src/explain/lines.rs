//! The lines of a piece of a log, from either end, without what ends them.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

/// A line as text. Nearly all are text as they stand, which is told faster than they could be mended.
#[must_use]
pub fn text(line: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(line),
    }
}

/// From the first to the last.
pub fn forward(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let end = memchr(b'\n', bytes);
        let line = &bytes[..end.unwrap_or(bytes.len())];
        bytes = &bytes[end.map_or(bytes.len(), |end| end + 1)..];
        Some(line)
    })
}

/// From the last to the first.
pub fn backward(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let start = memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        let (above, line) = bytes.split_at(start);
        bytes = above;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_show_the_same_lines() {
        for text in ["", "a", "a\n", "a\nb", "a\n\nb\n", "\n", "\n\n"] {
            let there: Vec<&[u8]> = forward(text.as_bytes()).collect();
            let mut back: Vec<&[u8]> = backward(text.as_bytes()).collect();
            back.reverse();
            assert_eq!(there, back, "{text:?}");
            assert_eq!(there, text.lines().map(str::as_bytes).collect::<Vec<_>>(), "{text:?}");
        }
    }
}
