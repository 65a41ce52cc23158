//! What collectors write before a program's line: times, containers, hosts and programs.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::eight::{self, Pattern};

/// A line without what was written before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stripped<'t> {
    /// The first time that stands there, as it is written.
    pub time: Option<&'t str>,
    pub rest: &'t str,
}

/// Ends the priority of syslog's protocol with its version.
pub const VERSION: &str = ">1 ";

/// How many collectors' prefixes are taken off.
const COLLECTORS: usize = 3;

/// Takes the prefixes of docker, Kubernetes, journald and syslog off.
#[must_use]
pub fn strip(line: &str) -> Stripped<'_> {
    let line = line.trim_end_matches('\r');
    let (time, rest) = parts(line.as_bytes());
    Stripped {
        time: time.and_then(|time| line.get(time)),
        rest: line.get(line.len() - rest.len()..).unwrap_or_default(),
    }
}

/// Whether a line tells a time in its prefixes, and what stands behind them.
#[must_use]
pub fn timed(line: &[u8]) -> (bool, &[u8]) {
    let returns = line.iter().rev().take_while(|byte| **byte == b'\r').count();
    let (time, rest) = parts(&line[..line.len() - returns]);
    (time.is_some(), rest)
}

/// Where the first time stands, and what stands behind all prefixes.
fn parts(line: &[u8]) -> (Option<Range<usize>>, &[u8]) {
    let mut rest = line;
    let mut time = None;
    // Collectors stand behind each other.
    for _ in 0..COLLECTORS {
        let before = rest.len();
        rest = without_priority(without_container(without_quote(rest)));
        let text = without_any(without_weekday(rest), b"[(<");
        let length = length_of_time(text);
        if length > 0 {
            let begin = line.len() - text.len();
            time = time.or(Some(begin..begin + length));
            let after = without_any(&text[length..], b"])>,:");
            rest = without_sender(after.strip_prefix(b" ").or_else(|| after.strip_prefix(b"\t")).unwrap_or(after));
        }
        if rest.len() == before {
            break;
        }
    }
    (time, rest)
}

/// Without any of these bytes in front.
fn without_any<'t>(mut text: &'t [u8], bytes: &[u8]) -> &'t [u8] {
    while let Some((first, rest)) = text.split_first()
        && bytes.contains(first)
    {
        text = rest;
    }
    text
}

/// `> ` of a quotation, `E       ` of pytest, `  | ` of an exception group.
fn without_quote(line: &[u8]) -> &[u8] {
    let mut line = line;
    if let Some(b' ' | b'|') = line.first()
        && let Some(rest) = without_any(line, b" ").strip_prefix(b"| ")
        // Where loguru points at values, several rails stand beside each other, and an arrow behind them.
        && !matches!(rest.trim_ascii_start().first(), Some(b'|' | b'-'))
    {
        line = rest;
    }
    let line = line.strip_prefix(b"> ").unwrap_or(line);
    line.strip_prefix(b"E       ").unwrap_or(line)
}

/// `<134>1 `, the priority and version of syslog's protocol; `[pod/web-7d9f8/app] `, as `kubectl logs --prefix` writes it.
fn without_priority(line: &[u8]) -> &[u8] {
    match line {
        [b'<', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            match rest.split_at(digits) {
                (_, [b'>', rest @ ..]) if (1..4).contains(&digits) => rest.strip_prefix(b"1 ").unwrap_or(rest),
                _ => line,
            }
        }
        [b'[', ..] if line.starts_with(b"[pod/") => memmem::find(line, b"] ").map_or(line, |at| &line[at + 2..]),
        _ => line,
    }
}

/// `Thu ` before a date, as `journalctl -o short-full` and `with-unit` write it.
fn without_weekday(text: &[u8]) -> &[u8] {
    let is_day = |day: &[u8]| matches!(day, b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun");
    if text.get(3) == Some(&b' ') && is_day(&text[..3]) {
        &text[4..]
    } else {
        text
    }
}

/// `web-1  | `, as docker compose writes it.
fn without_container(line: &[u8]) -> &[u8] {
    const LONGEST: usize = 40;
    let name = line.iter().take(LONGEST).take_while(|byte| is_of_name(**byte)).count();
    if !(1..LONGEST).contains(&name) || !matches!(line.get(name), Some(b' ' | b'|')) {
        return line;
    }
    without_any(&line[name..], b" ").strip_prefix(b"| ").unwrap_or(line)
}

fn is_of_name(byte: u8) -> bool {
    const NAME: [bool; 256] = {
        let mut is_of_name = [false; 256];
        let mut byte = 0_u8;
        while byte < 128 {
            is_of_name[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            byte += 1;
        }
        is_of_name
    };
    NAME[usize::from(byte)]
}

/// Without whose line it is, as it stands behind a time.
fn without_sender(line: &[u8]) -> &[u8] {
    let mut line = line;
    let mut words = two_words(line);
    if let Some((host, program, rest)) = words
        && is_sender(host, program)
    {
        line = rest;
        words = two_words(line);
    }
    if let Some((_host, _program, rest)) = words
        && let Some(message) = behind_header(rest)
    {
        line = message;
    }
    without_stream(without_dyno(line))
}

/// `web1 gunicorn[4711]: `, as journald and syslog write it.
fn is_sender(host: &[u8], program: &[u8]) -> bool {
    let is_host = || !host.is_empty() && host.iter().all(|byte| is_of_name(*byte));
    let is_named = || program.contains(&b'[') && program.ends_with(b"]:") || program.iter().any(u8::is_ascii_lowercase);
    let is_exception = || {
        ["Error", "Exception"]
            .iter()
            .any(|name| memmem::find(program, name.as_bytes()).is_some())
    };
    program.ends_with(b":") && is_named() && is_host() && !is_exception()
}

/// `4711 - - ` behind `web1 gunicorn `: process, message and data of syslog's protocol, which has host and program before them.
fn behind_header(line: &[u8]) -> Option<&[u8]> {
    if !matches!(line.first()?, b'-' | b' ' | b'0'..=b'9') {
        return None;
    }
    let (process, rest) = first_word(line)?;
    let is_process = process == b"-" || process.iter().all(u8::is_ascii_digit);
    let (_message, rest) = first_word(rest).filter(|_| is_process)?;
    let mut message = rest.strip_prefix(b"- ")?;
    while let Some(rest) = message.strip_prefix("\u{feff}".as_bytes()) {
        message = rest;
    }
    Some(message)
}

/// `app[web.1]: ` or `app/web.1 `, as Heroku and Papertrail write it, the latter with a host before it.
fn without_dyno(line: &[u8]) -> &[u8] {
    let Some((word, rest)) = first_word(line) else {
        return line;
    };
    if word.ends_with(b"]:") && word[0].is_ascii_lowercase() && word.contains(&b'[') {
        return rest;
    }
    if !rest.starts_with(b"app/") {
        return line;
    }
    first_word(rest).map_or(line, |(_, rest)| rest)
}

/// `stdout F `, as Kubernetes writes it.
fn without_stream(line: &[u8]) -> &[u8] {
    let rest = line.strip_prefix(b"stdout ").or_else(|| line.strip_prefix(b"stderr "));
    rest.and_then(|rest| rest.strip_prefix(b"F ").or_else(|| rest.strip_prefix(b"P ")))
        .unwrap_or(line)
}

/// Words are short: a search that begins slowly takes longer.
fn first_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| *byte == b' ')?;
    Some((&text[..end], &text[end + 1..]))
}

fn two_words(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (first, rest) = first_word(text)?;
    let (second, rest) = first_word(rest)?;
    Some((first, second, rest))
}

/// Whether a line has its time in brackets, behind who asked: as web servers write it.
#[must_use]
pub fn is_of_web_server(line: &[u8]) -> bool {
    const HEAD: usize = 80;
    let bracket = memchr(b'[', &line[..line.len().min(HEAD)]);
    bracket.is_some_and(|at| at > 0 && length_of_time(&line[at + 1..]) > 0)
}

/// How long the time at the beginning is: RFC 3339 and its kin, syslog's `Nov 21 09:07:58`; 0 where there is none.
#[must_use]
pub fn length_of_time(text: &[u8]) -> usize {
    const CLOCK: Pattern = Pattern::of(*b"00:00:00");
    const DATES: [Pattern; 2] = [Pattern::of(*b"0000-00-"), Pattern::of(*b"0000/00/")];
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let Some(first) = text.first() else { return 0 };
    if first.is_ascii_alphabetic() {
        let is_day = || {
            text[..3].iter().all(u8::is_ascii_alphabetic)
                && text[3] == b' '
                && (is_digit(4) || text[4] == b' ')
                && is_digit(5)
                && text[6] == b' '
        };
        return if CLOCK.stands_at(text, 7) && is_day() {
            15 + fraction(&text[15..])
        } else {
            0
        };
    }
    if !first.is_ascii_digit() {
        return 0;
    }
    let clock = |at: usize| {
        if CLOCK.stands_at(text, at) {
            8 + fraction(&text[at + 8..])
        } else {
            0
        }
    };
    match text.get(4) {
        Some(b'-' | b'/') if DATES.iter().any(|date| date.stands_at(text, 0)) && is_digit(8) && is_digit(9) => {
            let clock = match text.get(10) {
                Some(b'T' | b' ') => clock(11),
                _ => 0,
            };
            return if clock == 0 { 10 } else { 11 + clock + zone(&text[11 + clock..]) };
        }
        _ => {}
    }
    match text.get(2) {
        Some(b'/') => {
            const YEAR: Pattern = Pattern::of(*b"/0000:00");
            let is_month = || text[3..6].iter().all(u8::is_ascii_alphabetic) && is_digit(1);
            if YEAR.stands_at(text, 6) && CLOCK.stands_at(text, 12) && is_month() {
                20
            } else {
                0
            }
        }
        Some(b':') => clock(0),
        _ => 0,
    }
}

fn fraction(text: &[u8]) -> usize {
    match text {
        [b'.' | b',', digits @ ..] => match eight::digits(digits) {
            0 => 0,
            digits => 1 + digits,
        },
        _ => 0,
    }
}

fn zone(text: &[u8]) -> usize {
    match text {
        [b'Z', ..] => 1,
        [b' ', b'U', b'T', b'C', ..] | [b' ', b'G', b'M', b'T', ..] | [b' ', b'C', b'E', b'T', ..] => 4,
        [b'+' | b'-', hours_and_minutes @ ..] => match (eight::digits(hours_and_minutes), hours_and_minutes.get(2..)) {
            (4, _) => 5,
            (2, Some([b':', b'0'..=b'9', b'0'..=b'9', ..])) => 6,
            (2, _) => 3,
            _ => 0,
        },
        [b' ', b'+', digits @ ..] if eight::digits(digits) >= 4 => 6,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_one_of_digits() {
        for (line, time, rest) in [
            ("2026-11-20 10:00:00+00 x", "2026-11-20 10:00:00+00", "x"),
            ("2026-11-20 10:00:00+0000 x", "2026-11-20 10:00:00+0000", "x"),
            ("2026-11-20T10:00:00.5-03:30 x", "2026-11-20T10:00:00.5-03:30", "x"),
            ("2026-11-20 10:00:00 UTC x", "2026-11-20 10:00:00 UTC", "x"),
            ("2026-11-20 10:00:00+00é x", "2026-11-20 10:00:00+00", "é x"),
            ("2026-11-20 10:00:00+é x", "2026-11-20 10:00:00", "+é x"),
        ] {
            assert_eq!(strip(line), Stripped { time: Some(time), rest }, "{line}");
        }
    }
}
