//! What collectors write before a program's line: times, containers, hosts and programs.

use memchr::memchr;

use super::clock::time_length;
use super::shown;

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
    let mut rest = line.trim_end_matches('\r');
    let mut time = None;
    // Collectors stand behind each other.
    for _ in 0..COLLECTORS {
        let before = rest.len();
        rest = without_priority(without_container(shown::without_tool(without_quote(rest))));
        let text = without_any(without_weekday(rest), b"[(<");
        let length = time_length(text);
        if length > 0 {
            time = time.or(Some(&text[..length]));
            let after = without_any(&text[length..], b"])>,:");
            rest = after.strip_prefix([' ', '\t']).unwrap_or(after);
            rest = shown::without_stream(without_stream(without_dyno(without_sender(rest))));
        }
        if rest.len() == before {
            break;
        }
    }
    Stripped { time, rest }
}

/// Without any of these characters in front.
fn without_any<'t>(text: &'t str, characters: &[u8]) -> &'t str {
    let count = text.bytes().take_while(|byte| characters.contains(byte)).count();
    &text[count..]
}

/// `> ` of a quotation, `  | ` of an exception group.
fn without_quote(line: &str) -> &str {
    if !matches!(line.as_bytes().first(), Some(b' ' | b'|' | b'>')) {
        return line;
    }
    // Where loguru points at values, several rails stand beside each other, and an arrow behind them.
    let is_pointer = |rest: &&str| rest.trim_start().starts_with(['|', '-']);
    let rail = line.trim_start_matches(' ').strip_prefix("| ");
    let line = rail.filter(|rest| !is_pointer(rest)).unwrap_or(line);
    line.strip_prefix("> ").unwrap_or(line)
}

/// `<134>1 `, the priority and version of syslog's protocol; `[pod/web-7d9f8/app] `, as `kubectl logs --prefix` writes it.
fn without_priority(line: &str) -> &str {
    let (head, rest) = match line.as_bytes().first() {
        Some(b'<') => line[1..].split_once('>').unwrap_or_default(),
        Some(b'[') if line.starts_with("[pod/") => return line.split_once("] ").map_or(line, |(_, rest)| rest),
        _ => return line,
    };
    if (1..4).contains(&head.len()) && head.bytes().all(|byte| byte.is_ascii_digit()) {
        rest.strip_prefix("1 ").unwrap_or(rest)
    } else {
        line
    }
}

/// `Thu ` before a date, as `journalctl -o short-full` and `with-unit` write it.
fn without_weekday(text: &str) -> &str {
    match text.as_bytes() {
        [a, b, c, b' ', ..] if is_weekday([*a, *b, *c]) => &text[4..],
        _ => text,
    }
}

fn is_weekday(day: [u8; 3]) -> bool {
    matches!(&day, b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun")
}

/// `web-1  | `, as docker compose writes it.
fn without_container(line: &str) -> &str {
    const LONGEST: usize = 40;
    let name = line.bytes().take(LONGEST).take_while(|byte| is_of_name(*byte)).count();
    if !(1..LONGEST).contains(&name) || !matches!(line.as_bytes().get(name), Some(b' ' | b'|')) {
        return line;
    }
    without_any(&line[name..], b" ").strip_prefix("| ").unwrap_or(line)
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

/// `stdout F `, as Kubernetes writes it.
fn without_stream(line: &str) -> &str {
    let rest = line.strip_prefix("stdout ").or_else(|| line.strip_prefix("stderr "));
    rest.and_then(|rest| rest.strip_prefix("F ").or_else(|| rest.strip_prefix("P ")))
        .unwrap_or(line)
}

/// Without host and program, or what syslog's protocol writes behind a time.
fn without_sender(line: &str) -> &str {
    let mut line = line;
    let mut words = two_words(line);
    if let Some((host, program, rest)) = words
        && is_sender(host, program)
    {
        line = rest;
        words = two_words(line);
    }
    let message = words.and_then(|(_host, _program, rest)| behind_header(rest));
    message.unwrap_or(line)
}

/// `4711 - - ` behind `web1 gunicorn `: process, message and data of syslog's protocol, which has host and program before them.
fn behind_header(line: &str) -> Option<&str> {
    if !matches!(line.as_bytes().first()?, b'-' | b' ' | b'0'..=b'9') {
        return None;
    }
    let (process, rest) = first_word(line)?;
    let is_process = process == "-" || process.bytes().all(|byte| byte.is_ascii_digit());
    let (_message, rest) = first_word(rest).filter(|_| is_process)?;
    rest.strip_prefix("- ").map(|rest| rest.trim_start_matches('\u{feff}'))
}

/// `app[web.1]: ` or `app/web.1 `, as Heroku and Papertrail write it, the latter with a host before it.
fn without_dyno(line: &str) -> &str {
    let Some((word, rest)) = first_word(line) else {
        return line;
    };
    if word.ends_with("]:") && word.starts_with(|c: char| c.is_ascii_lowercase()) && word.contains('[') {
        return rest;
    }
    if !rest.starts_with("app/") {
        return line;
    }
    rest.split_once(' ').map_or(line, |(_, rest)| rest)
}

/// `web1 gunicorn[4711]: `, as journald and syslog write it.
#[must_use]
pub fn without_program(line: &str) -> &str {
    match two_words(line) {
        Some((host, program, rest)) if is_sender(host, program) => rest,
        _ => line,
    }
}

fn is_sender(host: &str, program: &str) -> bool {
    let is_host = || !host.is_empty() && host.bytes().all(is_of_name);
    let is_named = || program.contains('[') && program.ends_with("]:") || program.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_exception = || program.contains("Error") || program.contains("Exception");
    program.as_bytes().last() == Some(&b':') && is_named() && is_host() && !is_exception()
}

fn two_words(text: &str) -> Option<(&str, &str, &str)> {
    let (first, rest) = first_word(text)?;
    let (second, rest) = first_word(rest)?;
    Some((first, second, rest))
}

/// The text up to the first blank, and the rest.
#[must_use]
pub fn first_word(text: &str) -> Option<(&str, &str)> {
    // Words are short: a search that begins slowly takes longer.
    let end = text.bytes().position(|byte| byte == b' ')?;
    Some((&text[..end], &text[end + 1..]))
}

/// Whether a line has its time in brackets, behind who asked: as web servers write it.
#[must_use]
pub fn is_of_web_server(line: &str) -> bool {
    const HEAD: usize = 80;
    let bracket = memchr(b'[', &line.as_bytes()[..line.len().min(HEAD)]);
    bracket.is_some_and(|at| at > 0 && time_length(&line[at + 1..]) > 0)
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
