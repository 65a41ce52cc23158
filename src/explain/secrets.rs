//! Masks what a log may hold besides connection strings: settings that were printed, statements, parameters, headers.

use crate::conninfo::mask::{MASK, mask_dsn};

/// What the name of a secret ends with, in lower case.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secret_key",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
];

/// Behind these stands a secret up to the next blank.
const SCHEMES: &[&str] = &["Bearer ", "Basic "];

/// Behind these stand the values of a statement, up to the line's end: nobody knows which of them is a secret.
const VALUES: &[&str] = &[
    "[parameters: ",
    "DETAIL:  parameters: ",
    "DETAIL: parameters: ",
    "DETAIL:  Parameters: ",
    "DETAIL: Parameters: ",
];

/// The text with every secret in it masked.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut text = without_named(&mask_dsn(text));
    for scheme in SCHEMES {
        if text.contains(scheme) {
            text = behind(&text, scheme, |rest| rest.find([' ', '"', '\'', ',', '\n']).unwrap_or(rest.len()));
        }
    }
    for mark in VALUES {
        if text.contains(mark) {
            text = behind(&text, mark, |rest| rest.find('\n').unwrap_or(rest.len()));
        }
    }
    text
}

/// Masks as much as `length` says behind each mark.
fn behind(text: &str, mark: &str, length: impl Fn(&str) -> usize) -> String {
    let mut parts = text.split(mark);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = &part[length(part)..];
        out.extend([mark, MASK, rest]);
    }
    out
}

/// Masks the values of `'password': 'x'`, `"token": "x"`, `password: x` and `PASSWORD 'x'`.
fn without_named(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(end) = next_name(&lower, done) {
        out.push_str(&text[done..end]);
        done = end;
        if let Some((from, to)) = value(&text[end..]) {
            out.push_str(&text[end..end + from]);
            out.push_str(MASK);
            done = end + to;
        }
    }
    out.push_str(&text[done..]);
    out
}

/// Where the next name of a secret ends.
fn next_name(lower: &str, from: usize) -> Option<usize> {
    let ends = NAMES.iter().filter_map(|name| Some(from + lower[from..].find(name)? + name.len()));
    ends.min()
}

/// Where the value behind a name stands, from its first character on.
fn value(rest: &str) -> Option<(usize, usize)> {
    let blanks = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let unquoted = rest.trim_start_matches(['\\', '"', '\'']);
    let separator = unquoted.trim_start_matches(' ').strip_prefix([':', '=']);
    let (text, may_be_bare) = match separator {
        Some(text) => (text.trim_start_matches('>'), true),
        // As in ALTER ROLE.
        None if rest.starts_with(' ') => (rest, false),
        None => return None,
    };
    let from = rest.len() - text.len() + blanks(text);
    let value = &rest[from..];
    let quote = value.trim_start_matches('\\').chars().next()?;
    let length = if matches!(quote, '"' | '\'') {
        let open = value.find(quote)? + 1;
        open + value[open..].find(quote).map_or(value.len() - open, |close| close + 1)
    } else if may_be_bare {
        value.find([' ', ',', ';', '}', ')', '\n']).unwrap_or(value.len())
    } else {
        0
    };
    (length > 0 && !value.starts_with(MASK)).then_some((from, from + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_is_masked_and_nothing_else() {
        for text in [
            "{'USER': 'app', 'PASSWORD': 'canary', 'HOST': 'db'} failed",
            "{\"token\": \"canary\"} failed",
            "{\\\"token\\\": \\\"canary\\\"} failed",
            "ALTER ROLE app PASSWORD 'canary' failed",
            "api_key: canary failed",
            "Authorization: Bearer canary failed",
            "[SQL: UPDATE t SET x = %(x)s] [parameters: {'x': 'canary'}]",
            "postgresql://app:canary@db/shop failed",
            "sslpassword=canary failed",
            "client_secret => 'canary' failed",
        ] {
            let masked = mask(text);
            assert!(!masked.contains("canary") && masked.contains(MASK), "{masked}");
            assert!(!text.ends_with("failed") || masked.ends_with("failed"), "{masked}");
        }
        for text in [
            "FATAL: password authentication failed for user \"app\"",
            "permission denied for table secrets",
            "FATAL: empty password returned by client",
        ] {
            assert_eq!(mask(text), text);
        }
    }
}
