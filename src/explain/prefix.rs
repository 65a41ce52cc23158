//! What collectors write before a program's line: times, containers, hosts and programs.

use memchr::memchr;

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
        let text = without_weekday(rest).trim_start_matches(['[', '(', '<']);
        let length = time_length(text);
        if length > 0 {
            time = time.or(Some(&text[..length]));
            let after = text[length..].trim_start_matches([']', ')', '>', ',', ':']);
            rest = after.strip_prefix([' ', '\t']).unwrap_or(after);
            rest = shown::without_stream(without_stream(without_dyno(without_header(without_program(rest)))));
        }
        if rest.len() == before {
            break;
        }
    }
    Stripped { time, rest }
}

/// `> ` of a quotation, `  | ` of an exception group.
fn without_quote(line: &str) -> &str {
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
    let is_day = text.as_bytes().get(3) == Some(&b' ') && ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(&&text[..3]);
    if is_day { &text[4..] } else { text }
}

/// `web-1  | `, as docker compose writes it.
fn without_container(line: &str) -> &str {
    let mut bytes = line.bytes();
    match bytes.position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))) {
        Some(at @ 1..40) => match line[at..].trim_start_matches(' ').strip_prefix("| ") {
            Some(rest) => rest,
            None => line,
        },
        _ => line,
    }
}

/// `stdout F `, as Kubernetes writes it.
fn without_stream(line: &str) -> &str {
    let rest = line.strip_prefix("stdout ").or_else(|| line.strip_prefix("stderr "));
    rest.and_then(|rest| rest.strip_prefix("F ").or_else(|| rest.strip_prefix("P ")))
        .unwrap_or(line)
}

/// `web1 gunicorn 4711 - - `: host, program, process, message and data of syslog's protocol.
fn without_header(line: &str) -> &str {
    let message = || {
        let (_host, rest) = first_word(line)?;
        let (_program, rest) = first_word(rest)?;
        let (process, rest) = first_word(rest)?;
        let is_process = process == "-" || process.bytes().all(|byte| byte.is_ascii_digit());
        let (_message, rest) = first_word(rest).filter(|_| is_process)?;
        rest.strip_prefix("- ")
    };
    message().map_or(line, |rest| rest.trim_start_matches('\u{feff}'))
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
    let Some((host, rest)) = first_word(line) else {
        return line;
    };
    let Some((program, rest)) = first_word(rest) else {
        return line;
    };
    let is_host = || {
        let mut bytes = host.bytes();
        !host.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
    };
    let is_named = || program.contains('[') && program.ends_with("]:") || program.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_exception = || program.contains("Error") || program.contains("Exception");
    if program.ends_with(':') && is_named() && is_host() && !is_exception() {
        rest
    } else {
        line
    }
}

/// The text up to the first blank, and the rest.
#[must_use]
pub fn first_word(text: &str) -> Option<(&str, &str)> {
    let end = memchr(b' ', text.as_bytes())?;
    Some((&text[..end], &text[end + 1..]))
}

/// Whether a line has its time in brackets, behind who asked: as web servers write it.
#[must_use]
pub fn is_of_web_server(line: &str) -> bool {
    const HEAD: usize = 80;
    let bracket = line.bytes().take(HEAD).position(|byte| byte == b'[');
    bracket.is_some_and(|at| at > 0 && time_length(&line[at + 1..]) > 0)
}

/// How long the time at the beginning is: RFC 3339 and its kin, syslog's `Nov 21 09:07:58`; 0 where there is none.
#[must_use]
pub fn time_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if bytes.first().is_some_and(u8::is_ascii_alphabetic) {
        let is_syslogs = shape(bytes, b"aaa dd dd:dd:dd") || shape(bytes, b"aaa  d dd:dd:dd");
        return if is_syslogs { 15 + fraction(&bytes[15..]) } else { 0 };
    }
    let is_date = matches!(bytes.get(4), Some(b'-' | b'/')) && (shape(bytes, b"dddd-dd-dd") || shape(bytes, b"dddd/dd/dd"));
    if is_date {
        let mut end = 10;
        if bytes.get(end).is_some_and(|byte| matches!(byte, b'T' | b' ')) && shape(&bytes[end + 1..], b"dd:dd:dd") {
            end += 9;
            end += fraction(&bytes[end..]);
            end += zone(&bytes[end..]);
        }
        return end;
    }
    if bytes.get(10) == Some(&b'.') && shape(bytes, b"dddddddddd.ddd") {
        return 10 + fraction(&bytes[10..]);
    }
    match bytes.get(2) {
        Some(b'/') if shape(bytes, b"dd/aaa/dddd:dd:dd:dd") => 20,
        Some(b':') if shape(bytes, b"dd:dd:dd") => 8 + fraction(&bytes[8..]),
        _ => 0,
    }
}

/// Whether the text begins as the pattern: `d` a digit, `a` a letter, all else itself.
fn shape(text: &[u8], pattern: &[u8]) -> bool {
    text.len() >= pattern.len()
        && pattern.iter().zip(text).all(|(pattern, byte)| match pattern {
            b'd' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_alphabetic(),
            other => other == byte,
        })
}

fn fraction(text: &[u8]) -> usize {
    match text.split_first() {
        Some((b'.' | b',', digits)) => match digits.iter().take_while(|byte| byte.is_ascii_digit()).count() {
            0 => 0,
            digits => 1 + digits,
        },
        _ => 0,
    }
}

fn zone(text: &[u8]) -> usize {
    if text.first() == Some(&b'Z') {
        1
    } else if text.starts_with(b" UTC") || text.starts_with(b" GMT") || text.starts_with(b" CET") {
        4
    } else if text.len() >= 5 && matches!(text[0], b'+' | b'-') && text[1].is_ascii_digit() {
        if text.get(3) == Some(&b':') && text.len() >= 6 { 6 } else { 5 }
    } else if text.starts_with(b" +") && shape(&text[2..], b"dddd") {
        6
    } else {
        0
    }
}
