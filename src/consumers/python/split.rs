//! `urlsplit` of Python's `urllib.parse`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::ValueError;

/// The five parts of a URL; none of them is decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// In lower case; empty where there is none.
    pub scheme: String,
    pub netloc: Vec<u8>,
    pub path: Vec<u8>,
    pub query: Vec<u8>,
    pub fragment: Vec<u8>,
}

/// Characters that NFKC turns into text with `/`, `?`, `#`, `@` or `:`, which Python refuses in a netloc.
const UNFOLDING: &[char] = &[
    '\u{2047}', '\u{2048}', '\u{2049}', '\u{2100}', '\u{2101}', '\u{2105}', '\u{2106}', '\u{2a74}', '\u{fe13}', '\u{fe16}', '\u{fe55}',
    '\u{fe56}', '\u{fe5f}', '\u{fe6b}', '\u{ff03}', '\u{ff0f}', '\u{ff1a}', '\u{ff1f}', '\u{ff20}',
];

/// Splits a URL.
///
/// # Errors
///
/// The brackets of an IPv6 address do not fit, or a netloc has one of the characters that unfold to separators.
pub fn urlsplit(text: &[u8]) -> Result<Split, ValueError> {
    let start = text.iter().position(|byte| *byte > b' ').unwrap_or(text.len());
    let url: Vec<u8> = text[start..]
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\t' | b'\r' | b'\n'))
        .collect();
    let mut split = Split::default();
    let mut rest = url.as_slice();
    if let Some(colon) = scheme_end(rest) {
        split.scheme = String::from_utf8_lossy(&rest[..colon]).to_ascii_lowercase();
        rest = &rest[colon + 1..];
    }
    if let Some(after) = rest.strip_prefix(b"//") {
        let end = after.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(after.len());
        split.netloc = after[..end].to_vec();
        rest = &after[end..];
        check_brackets(&split.netloc)?;
    }
    if let Some(at) = rest.iter().position(|byte| *byte == b'#') {
        split.fragment = rest[at + 1..].to_vec();
        rest = &rest[..at];
    }
    if let Some(at) = rest.iter().position(|byte| *byte == b'?') {
        split.query = rest[at + 1..].to_vec();
        rest = &rest[..at];
    }
    split.path = rest.to_vec();
    if String::from_utf8_lossy(&split.netloc).contains(UNFOLDING) {
        return Err(ValueError::new("netloc '***' contains invalid characters under NFKC normalization"));
    }
    Ok(split)
}

/// The scheme as a message may show it: what no `//` follows may be a piece of a password.
#[must_use]
pub fn shown_scheme(text: &[u8], scheme: &str) -> String {
    let needle = format!("{scheme}://");
    let stands_there = text
        .windows(needle.len())
        .any(|window| window.eq_ignore_ascii_case(needle.as_bytes()));
    if scheme.is_empty() || stands_there {
        scheme.to_owned()
    } else {
        "***".to_owned()
    }
}

fn scheme_end(text: &[u8]) -> Option<usize> {
    let colon = text.iter().position(|byte| *byte == b':')?;
    let name = &text[..colon];
    let well_formed = name.first()?.is_ascii_alphabetic() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    well_formed.then_some(colon)
}

fn check_brackets(netloc: &[u8]) -> Result<(), ValueError> {
    let open = netloc.iter().position(|byte| *byte == b'[');
    let (Some(open), true) = (open, netloc.contains(&b']')) else {
        return if open.is_some() || netloc.contains(&b']') {
            Err(ValueError::new("Invalid IPv6 URL"))
        } else {
            Ok(())
        };
    };
    let inside = &netloc[open + 1..];
    let inside = &inside[..inside.iter().position(|byte| *byte == b']').unwrap_or(inside.len())];
    check_bracketed(&String::from_utf8_lossy(inside))
}

fn check_bracketed(host: &str) -> Result<(), ValueError> {
    if host.starts_with('v') {
        return if is_future(host) {
            Ok(())
        } else {
            Err(ValueError::new("IPvFuture address is invalid"))
        };
    }
    if host.parse::<Ipv4Addr>().is_ok() {
        return Err(ValueError::new("An IPv4 address cannot be in brackets"));
    }
    let (address, zone_fits) = match host.split_once('%') {
        Some((address, zone)) => (address, !zone.is_empty() && !zone.contains('%')),
        None => (host, true),
    };
    if zone_fits && address.parse::<Ipv6Addr>().is_ok() {
        Ok(())
    } else {
        Err(ValueError::new("*** does not appear to be an IPv4 or IPv6 address"))
    }
}

/// `v1.x`: the form that RFC 3986 keeps for addresses yet to come.
fn is_future(host: &str) -> bool {
    host[1..].split_once('.').is_some_and(|(version, rest)| {
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_hexdigit()) && !rest.is_empty() && !rest.contains('\n')
    })
}

impl Split {
    /// Python's `path[1:]`: without its first character, whatever that is.
    #[must_use]
    pub fn path_tail(&self) -> &[u8] {
        let first = self.path.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
        // What is no UTF-8 is a character for each byte.
        self.path.get(first.map_or(1, char::len_utf8)..).unwrap_or_default()
    }

    /// Python's `urlunsplit`, but for the `//` that an empty netloc gets from schemes of the web.
    #[must_use]
    pub fn joined(&self) -> Vec<u8> {
        let mut url = Vec::new();
        if !self.scheme.is_empty() {
            url.extend_from_slice(self.scheme.as_bytes());
            url.push(b':');
        }
        if !self.netloc.is_empty() {
            url.extend_from_slice(b"//");
            url.extend_from_slice(&self.netloc);
        }
        url.extend_from_slice(&self.path);
        for (mark, part) in [(b'?', &self.query), (b'#', &self.fragment)] {
            if !part.is_empty() {
                url.push(mark);
                url.extend_from_slice(part);
            }
        }
        url
    }
}
