//! `${NAME}` and its kin, filled in from what the file sets further up.

use std::collections::BTreeMap;

/// What was set so far.
pub(super) type Known<'a> = BTreeMap<&'a [u8], &'a [u8]>;

/// What came of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expanded {
    /// There is nothing to fill in.
    Plain,
    Filled(Vec<u8>),
    /// A name is not set in this file: the reader may have it from elsewhere, or puts nothing in its place.
    Unknown,
    /// A reference that the reader does not understand.
    Invalid,
}

/// python-dotenv: `${NAME}` and `${NAME:-default}`.
pub(super) fn dotenv(value: &[u8], known: &Known<'_>) -> Expanded {
    let mut out = Vec::new();
    let mut rest = value;
    let mut any = false;
    while let Some(start) = rest.windows(2).position(|pair| pair == b"${") {
        let Some(length) = rest[start + 2..].iter().position(|byte| *byte == b'}') else {
            break;
        };
        let inside = &rest[start + 2..start + 2 + length];
        let (name, default) = match inside.iter().position(|byte| *byte == b':') {
            Some(colon) if inside[colon..].starts_with(b":-") => (&inside[..colon], Some(&inside[colon + 2..])),
            // No reference for python-dotenv.
            Some(_) => {
                out.extend_from_slice(&rest[..start + 2]);
                rest = &rest[start + 2..];
                continue;
            }
            None => (inside, None),
        };
        let Some(filled) = known.get(name).copied().or(default) else {
            return Expanded::Unknown;
        };
        out.extend_from_slice(&rest[..start]);
        out.extend_from_slice(filled);
        rest = &rest[start + length + 3..];
        any = true;
    }
    out.extend_from_slice(rest);
    if any { Expanded::Filled(out) } else { Expanded::Plain }
}

/// Compose: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:+other}`, `${NAME+other}`, and `$$` for a dollar.
pub(super) fn compose(value: &[u8], known: &Known<'_>) -> Expanded {
    let mut out = Vec::new();
    let mut at = 0;
    let mut any = false;
    while at < value.len() {
        if value[at] != b'$' {
            out.push(value[at]);
            at += 1;
            continue;
        }
        let rest = &value[at + 1..];
        any = true;
        match rest.first() {
            Some(b'$') => {
                out.push(b'$');
                at += 2;
            }
            Some(b'{') => {
                let Some(length) = closing(rest) else {
                    return Expanded::Invalid;
                };
                match braced(&rest[1..length], known) {
                    Expanded::Filled(filled) => out.extend_from_slice(&filled),
                    other => return other,
                }
                at += length + 2;
            }
            Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => {
                let name = &rest[..name_length(rest)];
                match known.get(name) {
                    Some(filled) => out.extend_from_slice(filled),
                    None => return Expanded::Unknown,
                }
                at += 1 + name.len();
            }
            _ => {
                out.push(b'$');
                at += 1;
            }
        }
    }
    if any { Expanded::Filled(out) } else { Expanded::Plain }
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

fn braced(inside: &[u8], known: &Known<'_>) -> Expanded {
    let (name, rest) = inside.split_at(name_length(inside));
    if name.first().is_none_or(u8::is_ascii_digit) {
        return Expanded::Invalid;
    }
    let value = known.get(name).copied();
    let filled = value.filter(|value| !value.is_empty());
    let own = |value: Option<&[u8]>| value.map_or(Expanded::Unknown, |value| Expanded::Filled(value.to_vec()));
    let other = |text: &[u8]| match compose(text, known) {
        Expanded::Plain => Expanded::Filled(text.to_vec()),
        expanded => expanded,
    };
    match (rest, value.is_some(), filled.is_some()) {
        ([] | [b'?', ..], ..) | ([b'-', ..], true, _) => own(value),
        ([b':', b'?', ..], ..) | ([b':', b'-', ..], _, true) => own(filled),
        ([b':', b'-', default @ ..], _, false) | ([b'-', default @ ..], false, _) => other(default),
        ([b':', b'+', alternative @ ..], _, true) | ([b'+', alternative @ ..], true, _) => other(alternative),
        ([b':', b'+', ..], _, false) | ([b'+', ..], false, _) => own(Some(b"")),
        _ => Expanded::Invalid,
    }
}

fn name_length(text: &[u8]) -> usize {
    text.iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count()
}
