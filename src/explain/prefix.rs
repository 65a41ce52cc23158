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
