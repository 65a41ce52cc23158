//! Masks what the text of another program may hold besides connection strings: settings that were printed, statements, parameters,
//! headers.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::conninfo::mask::{MASK, NAMES, mask_dsn};
use crate::wordlike;

/// Finds where the name of a secret ends: of `secret_key` the whole.
static ENDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let builder = &mut AhoCorasick::builder();
    builder
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(NAMES)
        .ok()
});

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

/// The text with every word masked that is long and no name: where a program shows its settings' values bare, nobody can tell which of
/// them are secrets.
#[must_use]
pub fn without_tokens(text: &str) -> String {
    const SHORTEST: usize = 16;
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "+=-_".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(from) = rest.find(is_of_token) {
        let (head, tail) = rest.split_at(from);
        let (word, tail) = tail.split_at(tail.find(|c| !is_of_token(c)).unwrap_or(tail.len()));
        out.push_str(head);
        out.push_str(if word.len() < SHORTEST || wordlike::is_name(word) {
            word
        } else {
            MASK
        });
        rest = tail;
    }
    out + rest
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
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let names = ENDS.iter().flat_map(|ends| ends.find_iter(text));
    for end in names.map(|name| name.end()) {
        // Within a value that is masked already.
        if end < done {
            continue;
        }
        if let Some((from, to)) = value(&text[end..]) {
            out.push_str(&text[done..end + from]);
            out.push_str(MASK);
            done = end + to;
        }
    }
    out.push_str(&text[done..]);
    out
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
            "SECRET_KEY: 'canary' failed",
            "{'DB_PASS': 'canary', 'signature': 'canary'} failed",
        ] {
            let masked = mask(text);
            assert!(!masked.contains("canary") && masked.contains(MASK), "{masked}");
            assert!(!text.ends_with("failed") || masked.ends_with("failed"), "{masked}");
        }
        for text in [
            "FATAL: password authentication failed for user \"app\"",
            "permission denied for table secrets",
            "FATAL: empty password returned by client",
            "12 tests passed: none of them failed",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn a_long_word_that_is_no_name_may_be_a_token() {
        for (text, shown) in [
            ("no wT9Q6XKgMusj4XNwQ9UF there", "no *** there"),
            ("KeyError: 'SHOP_DATABASE_URL_2'", "KeyError: 'SHOP_DATABASE_URL_2'"),
            ("/srv/shop/website/settings.py line 5", "/srv/shop/website/settings.py line 5"),
            ("ImproperlyConfigured: app-9f86d081884c7d65", "ImproperlyConfigured: ***"),
        ] {
            assert_eq!(without_tokens(text), shown);
        }
    }
}
