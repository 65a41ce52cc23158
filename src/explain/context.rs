//! Which lines of a log belong to one message or to one traceback.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::{memchr, memchr2, memmem};

use super::few::Few;
use super::traceback::{TRACEBACK, ends_traceback, is_exception, is_frame, is_location, is_shown, names_file, plain, written};
use super::{clean, lines, pooler, prefix, times, translations};

static ADDITIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| translations::additions().collect());

/// How a line that holds a match is bound to the match before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bond {
    /// It begins something new.
    None,
    /// It belongs to the same message: another attempt, a detail.
    Message,
    /// It belongs to the same traceback: what was raised from it.
    Chain,
}

/// What stands between the places where Django's report of an error shows its message.
static REPORT: LazyLock<Few> = LazyLock::new(|| Few::new(&["Django Version: ", "Exception Type: "]));

/// Whether a line begins a message of its own, whatever stands before it.
#[must_use]
pub fn begins(line: &[u8]) -> bool {
    let own = plain(line);
    // Of what begins with a number, the number says whether it goes on.
    let is_counted = own.starts_with(|c: char| c.is_ascii_digit());
    !is_counted && !continues_message(&own, || Moment::Untold) && !is_reported_above(&own) && !pooler::may_say_again(&lines::text(line))
}

/// Whether a line of Django's report says which exception came first.
fn is_reported_above(line: &str) -> bool {
    line.trim_start().starts_with("The above exception (")
}

/// Judges the lines between two matches, with the lines that hold them, the second unless it is known to begin a message; the first was
/// written at `since`.
#[must_use]
pub fn bond<'s>(first: &[u8], between: &[u8], line: Option<&[u8]>, since: impl FnOnce() -> Option<Cow<'s, str>>) -> Bond {
    // It begins with the end of the first one's line.
    let between = between.strip_prefix(b"\n").unwrap_or(between);
    let says_again = |line| pooler::says_again(&lines::text(first), &lines::text(line));
    if between.is_empty() && line.is_some_and(says_again) {
        return Bond::Chain;
    }
    let lines = || lines::forward(between).flat_map(written);
    let begun = lines().enumerate().find(|(_, line)| !continues(line));
    let is_headed = begun.as_ref().is_some_and(|(_, line)| line.starts_with(TRACEBACK)) && !ends_traceback(&plain(first));
    // Mostly another record stands between them.
    if begun.is_some_and(|(index, line)| index == 0 && !is_link(&line)) && !is_headed {
        return Bond::None;
    }
    let moment = |line: &[u8]| match prefix::strip(&lines::text(line)).time {
        None => Moment::Untold,
        Some(time) if since().is_some_and(|since| times::is_same_second(&since, time)) => Moment::Same,
        Some(_) => Moment::Later,
    };
    if let Some(line) = line {
        let own = plain(line);
        if continues_message(&own, || moment(line)) && lines().all(|line| continues(&line)) {
            return Bond::Message;
        }
        if is_reported_above(&own) {
            return Bond::Chain;
        }
    }
    if REPORT.find(between).is_some() {
        return Bond::Chain;
    }
    let mut chained = is_headed;
    let mut framed = false;
    let mut is_code = false;
    for line in lines() {
        let text = line.trim_start();
        if is_link(text) {
            chained = true;
        } else if text.contains(TRACEBACK) {
            if !chained {
                return Bond::None;
            }
            framed = true;
        } else if !(continues(&line) || is_location(text) || framed && (is_code || is_exception(text)) || chained && is_shown(&line)) {
            return Bond::None;
        }
        is_code = names_file(&line);
    }
    if chained { Bond::Chain } else { Bond::None }
}

/// Whether a line ends what stands above it, so that no later line belongs to that. Where it is not easily told, it does not.
#[must_use]
pub fn closes(line: &[u8], rest: &str, continues: bool) -> bool {
    let is_as_written = || line.is_ascii() && memchr2(0x1b, b'&', line).is_none() && !clean::is_field(line);
    if line.starts_with(b"{") {
        is_as_written() && is_apart(line)
    } else {
        !continues && begins_apart(rest) && is_as_written()
    }
}

/// Whether no text of a JSON record goes on with what stands above the record.
fn is_apart(record: &[u8]) -> bool {
    let mut rest = record;
    while let Some(at) = memchr(b'"', rest) {
        let (between, text) = (&rest[..at], &rest[at + 1..]);
        let Some(end) = end_of_string(text) else { return false };
        let is_value = between.trim_ascii_end().ends_with(b":");
        if between.contains(&b'[') || is_value && !is_own_text(&text[..end]) {
            return false;
        }
        rest = &text[end + 1..];
    }
    true
}

/// Whether a text of a record does not go on with another.
fn is_own_text(text: &[u8]) -> bool {
    if !text.contains(&b' ') {
        return text.first().is_some_and(u8::is_ascii_alphanumeric);
    }
    let text = lines::text(text);
    let rest = prefix::strip(&text).rest;
    !continues(rest) && begins_apart(rest)
}

/// Where a JSON string ends.
fn end_of_string(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Whether a line that goes on with nothing does not belong to a traceback either.
fn begins_apart(line: &str) -> bool {
    let belongs = || LINKS.iter().chain([&TRACEBACK, &"at "]).any(|text| line.starts_with(text));
    !line.starts_with(['\\', '#']) && !belongs()
}

/// What says that the next traceback belongs to the one before.
const LINKS: [&str; 2] = ["The above exception was the direct cause", "During handling of the above exception"];

fn is_link(line: &str) -> bool {
    LINKS.iter().any(|link| line.trim_start().starts_with(link))
}

/// Whether a line goes on with a message that began before.
#[must_use]
pub fn continues(line: &str) -> bool {
    const STARTS: &[&str] = &[
        "DETAIL:",
        "HINT:",
        "LINE ",
        "CONTEXT:",
        "QUERY:",
        "STATEMENT:",
        "[SQL:",
        "[parameters:",
        "(Background on",
        "To fix them",
        "- host:",
        "Multiple connection attempts",
        "Either provide",
        "This may indicate",
        "This probably means",
        "Is the server running",
        "TCP/IP connections on port",
        "connections on Unix domain socket",
        "before or while processing the request",
        "SSL SYSCALL",
        "Caused by:",
        "0: ",
        "1: ",
        "2: ",
    ];
    const FIRST: [bool; 256] = first_bytes(STARTS);
    let first = line.bytes().next().unwrap_or_default();
    let starts = || STARTS.iter().any(|start| start.as_bytes()[0] == first && line.starts_with(start));
    is_frame(line) || FIRST[usize::from(first)] && starts() || is_addition(line)
}

/// What the texts begin with.
const fn first_bytes(texts: &[&str]) -> [bool; 256] {
    let mut first = [false; 256];
    let mut index = 0;
    while index < texts.len() {
        first[texts[index].as_bytes()[0] as usize] = true;
        index += 1;
    }
    first
}

/// Whether a server's log goes on with the message above it, behind the same prefix: `[7] app@shop HINT:  …`
fn is_addition(line: &str) -> bool {
    const PREFIX: usize = 160;
    let first = line.lines().next().unwrap_or_default();
    memmem::find(&first.as_bytes()[..first.len().min(PREFIX)], b":  ").is_some_and(|at| {
        let before = first[..at].trim_end();
        ADDITIONS.iter().any(|name| before.ends_with(name))
    })
}

/// When a line was written, beside the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Untold,
    Same,
    Later,
}

fn continues_message(line: &str, moment: impl FnOnce() -> Moment) -> bool {
    /// What follows within libpq's messages alone.
    const ATTEMPTS: &[&str] = &[
        "connection to server ",
        "could not connect to server",
        "SSL SYSCALL",
        "- host:",
        "server closed the connection unexpectedly",
        "SSL connection has been closed unexpectedly",
    ];
    if continues(line) {
        return !line.is_empty();
    }
    let is_attempt = ATTEMPTS.iter().any(|start| line.starts_with(start));
    (is_attempt || line.starts_with("FATAL:"))
        && match moment() {
            Moment::Untold => true,
            Moment::Same => is_attempt,
            Moment::Later => false,
        }
}
