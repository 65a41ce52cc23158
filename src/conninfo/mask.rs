//! Masks the passwords in text that may hold connection strings.

use super::anatomy::is_known;
use super::{keyword, options};

/// What stands for a password.
pub const MASK: &str = "***";

/// Names whose value is a password, a token or a key, as a name's end, in lower case.
pub const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "token",
    "signature",
    "credential",
    "apikey",
    "api_key",
    "access_key",
    "secret_key",
    "private_key",
    "client_key",
    "server_key",
];

/// What stands anywhere in the name of a variable whose value may be one: more than in [`NAMES`], for values that are never shown as such.
pub const WORDS: &[&str] = &["PASS", "SECRET", "TOKEN", "KEY", "PWD", "CREDENTIAL", "DSN", "SALT"];

/// `postgres` in base64, as far as what follows leaves it alone: a URL that was never decoded.
const ENCODED: &str = "cG9zdGdyZX";

/// A key that is shorter than this is none.
const SHORTEST_KEY: usize = 40;

/// The text with every password in it masked: in URLs up to the last `@` of the line, since a password may hold blanks, and after
/// `password=` and its like.
#[must_use]
pub fn mask_dsn(text: &str) -> String {
    mask_values(&mask_urls(&mask_words(text), Extent::Line), names_a_secret)
}

/// A command line's argument, masked. One that looks like a damaged connection string is masked whole: where its password begins is
/// anybody's guess.
#[must_use]
pub fn mask_argument(text: &str) -> String {
    let words = mask_words(text);
    let text = words.as_str();
    if text.starts_with('-') {
        mask_values(&mask_urls(text, Extent::Text), names_a_secret)
    } else if text.contains("://") || text.contains('=') {
        mask_values(&mask_urls(text, Extent::Text), |name| {
            names_a_secret(name) || keyword::find(name.as_bytes()).is_none()
        })
    } else if text.contains([':', '@']) {
        MASK.to_owned()
    } else {
        text.to_owned()
    }
}

/// Whether this value of a parameter is never shown.
#[must_use]
pub fn is_secret(name: &str, value: &[u8]) -> bool {
    let value = String::from_utf8_lossy(value);
    names_a_secret(name) || is_key(name, &value) || is_settings(name, &value) || next_word(&value).is_some()
}

/// `options=` and its like, with settings of the application's own.
fn is_settings(name: &str, value: &str) -> bool {
    name.to_ascii_lowercase().ends_with("options") && options::has_custom(value.trim_matches(['\'', '"']).as_bytes())
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|known| name.ends_with(known))
}

/// Masks what is a secret by its looks: a private key as PEM, percent-encoded or not, and a URL in base64.
fn mask_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, is_key)) = next_word(rest) {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        out.push_str(MASK);
        let end = if is_key {
            tail.find("-----END").unwrap_or(tail.len())
        } else {
            tail.find(|c: char| !(c.is_ascii_alphanumeric() || "+/=_-".contains(c)))
                .unwrap_or(tail.len())
        };
        rest = &tail[end..];
    }
    out.push_str(rest);
    out
}

/// Where the next such word begins, and whether it is a key.
fn next_word(text: &str) -> Option<(usize, bool)> {
    let key = text.match_indices("-----BEGIN").find_map(|(at, _)| {
        let title = text[at..].split("-----").nth(1)?;
        title.contains("PRIVATE").then_some((at, true))
    });
    let url = text.match_indices(ENCODED).find_map(|(at, _)| {
        let is_word = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        is_word.then_some((at, false))
    });
    key.into_iter().chain(url).min()
}

/// `sslkey=` and its like, with the key itself where its file should be named.
fn is_key(name: &str, value: &str) -> bool {
    // In a sentence a word may end with its marks.
    let value = value.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '=');
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=%".contains(&byte);
    name.to_ascii_lowercase().ends_with("sslkey") && value.len() >= SHORTEST_KEY && !value.starts_with('/') && value.bytes().all(is_base64)
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`')
}

/// How far a URL may reach, whatever stands in its password.
#[derive(Debug, Clone, Copy)]
enum Extent {
    Line,
    Text,
}

fn mask_urls(text: &str, extent: Extent) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.find("://") {
        let (head, tail) = rest.split_at(found + 3);
        out.push_str(head);
        let word = tail.find(ends_word).unwrap_or(tail.len());
        let reach = match extent {
            Extent::Text => tail.len(),
            Extent::Line => {
                let next_url = tail.find("://").unwrap_or(tail.len());
                tail.find('\n').unwrap_or(tail.len()).min(next_url).max(word)
            }
        };
        let colon = tail[..word].find(':');
        let has_credentials = colon.is_some() || tail[..word].contains('@');
        match tail[..reach].rfind('@').filter(|_| has_credentials) {
            Some(at) => {
                match tail[..at].find(':') {
                    Some(colon) => {
                        out.push_str(&tail[..=colon]);
                        out.push_str(MASK);
                    }
                    None => out.push_str(&tail[..at]),
                }
                rest = &tail[at..];
            }
            None => rest = mask_port(tail, word, colon, &mut out),
        }
    }
    out.push_str(rest);
    out
}

/// Without an `@`, what follows the colon is a port or the head of a password that was cut off.
fn mask_port<'a>(tail: &'a str, word: usize, colon: Option<usize>, out: &mut String) -> &'a str {
    let Some(colon) = colon else { return tail };
    let after = &tail[colon + 1..word];
    let end = after.find(['/', '?', ',']).unwrap_or(after.len());
    if after[..end].bytes().all(|byte| byte.is_ascii_digit()) || tail.starts_with('[') {
        return tail;
    }
    out.push_str(&tail[..=colon]);
    out.push_str(MASK);
    &tail[word..]
}

/// Masks the value behind each `name=` whose name `is_secret`.
fn mask_values(text: &str, is_secret: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(equals) = rest.find('=') {
        let (head, tail) = rest.split_at(equals + 1);
        out.push_str(head);
        rest = tail;
        let before = head[..equals].trim_end();
        let word = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let name = &before[word.len()..];
        // Ruby and PHP write `=>`.
        let value = tail.strip_prefix('>').unwrap_or(tail).trim_start();
        let blanks = tail.len() - value.len();
        let length = value_length(value, word.ends_with(['?', '&']));
        if !is_secret(name) && !is_key(name, &value[..length]) && !is_settings(name, &value[..length]) {
            continue;
        }
        if length > 0 {
            out.push_str(&tail[..blanks]);
            out.push_str(MASK);
            rest = &value[length..];
        }
    }
    out.push_str(rest);
    out
}

/// How long a value is: a quoted one ends with its quote, another with a blank or, in a query, before the next pair.
fn value_length(value: &str, in_query: bool) -> usize {
    if let Some(quote) = value.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let mut escaped = false;
        for (at, c) in value.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if c == quote => return at + 1,
                _ => {}
            }
        }
        return value.len();
    }
    value
        .char_indices()
        .find(|(at, c)| c.is_whitespace() || (in_query && *c == '&' && begins_pair(&value[at + 1..])))
        .map_or(value.len(), |(at, _)| at)
}

fn begins_pair(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| is_known(name.as_bytes()))
}
