//! Command-line options for the server, as `options` and PGOPTIONS have them: `-c name=value --name=value`.
//!
//! A name with a dot is not one of the server's own: applications keep there what they like, a token among it.

use std::ops::Range;

use super::decode;
use super::mask::MASK;

/// The values of settings that are not the server's own.
pub fn custom_values(options: &str) -> impl Iterator<Item = &str> {
    words(options).filter_map(|word| custom_value(&options[word]))
}

/// Whether there are any, percent-encoded or not.
#[must_use]
pub fn has_custom(options: &[u8]) -> bool {
    let decoded = decode::lenient(options, |_| true);
    custom_values(&String::from_utf8_lossy(&decoded)).next().is_some()
}

/// The options as they may be shown.
#[must_use]
pub fn masked(options: &str) -> String {
    let mut out = String::with_capacity(options.len());
    let mut done = 0;
    for word in words(options) {
        if let Some(value) = custom_value(&options[word.clone()]) {
            out.push_str(&options[done..word.end - value.len()]);
            out.push_str(MASK);
            done = word.end;
        }
    }
    out + &options[done..]
}

fn custom_value(word: &str) -> Option<&str> {
    let (name, value) = word.split_once('=')?;
    (name.contains('.') && !value.is_empty()).then_some(value)
}

/// The words, which blanks end unless a backslash stands before them.
fn words(options: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += options[at..].len() - options[at..].trim_start().len();
        let mut escaped = false;
        let end = options[at..].find(|c: char| {
            let ends = c.is_whitespace() && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let word = at..end.map_or(options.len(), |end| at + end);
        at = word.end;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_servers_own_is_masked() {
        for (options, shown) in [
            ("-c search_path=shop", "-c search_path=shop"),
            ("endpoint=ep-1", "endpoint=ep-1"),
            ("-c app.jwt=canary -c jit=off", "-c app.jwt=*** -c jit=off"),
            (" -capp.jwt=canary\\ canary", " -capp.jwt=***"),
            ("--app.api-key=canary=", "--app.api-key=***"),
            ("-c app.empty=", "-c app.empty="),
        ] {
            assert_eq!(masked(options), shown);
            assert_eq!(has_custom(options.as_bytes()), shown.contains(MASK), "{options}");
        }
        assert!(has_custom(b"-c%20app.jwt%3Dcanary"));
    }
}
