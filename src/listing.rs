//! Long lists, cut to what a person reads.

use crate::foreign::Foreign;

/// How many items are shown.
pub const SHOWN: usize = 10;

/// A name from outside, in double quotes.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", Foreign::new(name))
}

/// The items in double quotes with commas between, at most [`SHOWN`] of them.
#[must_use]
pub fn quoted_list<T: AsRef<str>>(items: &[T]) -> String {
    cut(items.iter().take(SHOWN).map(|item| quoted(item.as_ref())), items.len())
}

/// The items with commas between, at most [`SHOWN`] of them.
#[must_use]
pub fn list<T: ToString>(items: &[T]) -> String {
    cut(items.iter().take(SHOWN).map(ToString::to_string), items.len())
}

fn cut(shown: impl Iterator<Item = String>, of: usize) -> String {
    let shown = shown.collect::<Vec<_>>().join(", ");
    match of.saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// At most [`SHOWN`] lines, and how many are left out.
#[must_use]
pub fn lines(items: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let more = items.len().saturating_sub(SHOWN);
    let mut lines: Vec<String> = items.take(SHOWN).collect();
    if more > 0 {
        lines.push(format!("… and {more} more"));
    }
    lines
}

/// `1 revision`, `2 revisions`.
#[must_use]
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 {
        format!("1 {thing}")
    } else {
        format!("{number} {thing}s")
    }
}
