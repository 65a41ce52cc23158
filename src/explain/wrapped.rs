//! Puts a message together that a terminal or a mail broke at its width, without a frame around it.

use std::borrow::Cow;

use super::assemble::Whole;
use super::surroundings::Surroundings;
use super::{clean, lines, prefix};

/// How many lines a message may have been broken into.
const LINES: usize = 12;
/// Nothing breaks its lines at less, but for columns beside others.
const NARROWEST: usize = 60;
/// What stands behind at least so many blanks stands in a column.
const COLUMN: usize = 9;

/// The message that a line begins; `None` where the next line does not go on with it.
#[must_use]
pub fn whole(around: &Surroundings<'_>) -> Option<Whole> {
    if let Some(whole) = quoted_printable(around) {
        return Some(whole);
    }
    let next = lines::forward(around.after).next()?;
    let (indentation, _) = measured(&plain(next))?;
    let own = plain(around.line);
    let mut parts = vec![first(&own, indentation)?.to_owned()];
    let is_column = indentation >= COLUMN;
    // What a collector wrote before the first line was broken with it.
    let mut last = if is_column { chars(&parts[0]) } else { chars(own.trim_end()) };
    let mut width = last;
    let mut reach = 0;
    for line in lines::forward(around.after).take(LINES) {
        let text = plain(line);
        let Some((_, part)) = measured(&text).filter(|(own, _)| *own == indentation) else {
            break;
        };
        width = width.max(chars(part));
        // Broken where the next word no longer fits.
        let word = part.split(' ').next().unwrap_or_default();
        if last + 1 + chars(word) <= width {
            break;
        }
        last = chars(part);
        parts.push(part.to_owned());
        reach += line.len() + 1;
    }
    if parts.len() == 1 || !is_column && width < NARROWEST {
        return None;
    }
    Some(Whole {
        readings: vec![parts.join(" "), parts.concat()],
        reach,
    })
}

/// Whether the next line may go on with a line.
#[must_use]
pub fn may_go_on(line: &[u8], next: &[u8]) -> bool {
    line.trim_ascii_end().ends_with(b"=") || measured(&plain(next)).is_some()
}

/// A line that a mail broke behind `=`, as Django's reports to its administrators are.
fn quoted_printable(around: &Surroundings<'_>) -> Option<Whole> {
    let own = lines::text(around.line);
    let mut text = own.trim_end_matches('\r').strip_suffix('=')?.to_owned();
    let mut reach = 0;
    for next in lines::forward(around.after).take(LINES) {
        reach += next.len() + 1;
        let next = lines::text(next);
        let next = next.trim_end_matches('\r');
        text.push_str(next.strip_suffix('=').unwrap_or(next));
        if !next.ends_with('=') {
            return Some(Whole {
                readings: vec![text.replace("=3D", "=")],
                reach,
            });
        }
    }
    None
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

/// A line without what collectors and colours add.
fn plain(line: &[u8]) -> Cow<'_, str> {
    let text = lines::text(line);
    if text.contains('\u{1b}') { clean::record(line) } else { text }
}

/// What begins a line of its own.
const STARTS: &[&str] = &[
    "Traceback (",
    "During handling",
    "The above exception",
    "File \"",
    "DETAIL:",
    "HINT:",
    "LINE ",
    "[SQL:",
    "(Background on",
    "{\"",
];

/// How far a line that goes on with another is indented, and what it says.
fn measured(line: &str) -> Option<(usize, &str)> {
    let stripped = prefix::strip(line);
    let line = stripped.rest;
    let text = line.trim();
    let indentation = line.len() - line.trim_start_matches(' ').len();
    let begins_anew = STARTS.iter().any(|start| text.starts_with(start))
        || line.starts_with('\t')
        || indentation < COLUMN && (stripped.time.is_some() || prefix::is_of_web_server(text));
    (!text.is_empty() && !begins_anew).then_some((indentation, text))
}

/// What the first line says in the column that the next lines stand in.
fn first(line: &str, indentation: usize) -> Option<&str> {
    let line = prefix::strip(line).rest;
    if indentation < COLUMN {
        let own = line.len() - line.trim_start_matches(' ').len();
        return (own == indentation).then(|| line.trim());
    }
    let (before, text) = line.split_at_checked(indentation)?;
    (before.ends_with(' ') && !text.starts_with(' ')).then(|| without_source(text).trim())
}

/// Without `app.py:38`, at the right end of the first line.
fn without_source(text: &str) -> &str {
    let text = text.trim_end();
    match text.rsplit_once(' ') {
        Some((message, source))
            if source
                .split_once(".py:")
                .is_some_and(|(_, line)| line.bytes().all(|b| b.is_ascii_digit())) =>
        {
            message.trim_end()
        }
        _ => text,
    }
}
