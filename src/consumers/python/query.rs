//! `parse_qsl` of Python's `urllib.parse`.

use super::ValueError;
use super::quoting::unquote_plus;

/// A name and its value, decoded.
pub type Pair = (Vec<u8>, Vec<u8>);

/// A name and all its values.
pub type Group = (Vec<u8>, Vec<Vec<u8>>);

/// The pairs of a query; those without `=`, or without a value, are left out.
#[must_use]
pub fn pairs(query: &[u8]) -> Vec<Pair> {
    query
        .split(|byte| *byte == b'&')
        .filter_map(|piece| split(piece).and_then(decoded))
        .collect()
}

/// The pairs of a query that has to be well-formed; those without a value are left out.
///
/// # Errors
///
/// A piece has no `=`.
pub fn strict_pairs(query: &[u8]) -> Result<Vec<Pair>, ValueError> {
    let mut found = Vec::new();
    for piece in query.split(|byte| *byte == b'&') {
        let halves = split(piece).ok_or_else(|| {
            let shown = if piece.is_empty() { "''" } else { "***" };
            ValueError(format!("bad query field: {shown}").into())
        })?;
        found.extend(decoded(halves));
    }
    Ok(found)
}

/// The pairs, all values of one name together, in the order in which the names come first.
#[must_use]
pub fn grouped(pairs: Vec<Pair>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (name, value) in pairs {
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => groups.push((name, vec![value])),
        }
    }
    groups
}

fn split(piece: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = piece.iter().position(|byte| *byte == b'=')?;
    Some((&piece[..equals], &piece[equals + 1..]))
}

fn decoded((name, value): (&[u8], &[u8])) -> Option<Pair> {
    (!value.is_empty()).then(|| (unquote_plus(name), unquote_plus(value)))
}
