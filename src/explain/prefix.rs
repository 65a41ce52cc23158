//! What collectors write before a program's line: times, containers, hosts and programs.

use memchr::memchr;

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
        rest = without_priority(without_container(without_quote(rest)));
        let text = trimmed(without_weekday(rest), b"[(<");
        let length = time_length(text);
        if length > 0 {
            time = time.or(Some(&text[..length]));
            let after = trimmed(&text[length..], b"])>,:");
            rest = after.strip_prefix([' ', '\t']).unwrap_or(after);
            if may_have_header(rest) {
                rest = without_stream(without_dyno(without_header(without_program(rest))));
            }
        }
        if rest.len() == before {
            break;
        }
    }
    Stripped { time, rest }
}

/// A line without certain characters at its beginning.
fn trimmed<'t>(line: &'t str, characters: &[u8]) -> &'t str {
    let is_kept = |byte: &u8| !characters.contains(byte);
    &line[line.as_bytes().iter().position(is_kept).unwrap_or(line.len())..]
}

/// The first word of a line, and what stands behind the blank that ends it.
fn word(line: &str) -> Option<(&str, &str)> {
    let end = memchr(b' ', line.as_bytes())?;
    Some((&line[..end], &line[end + 1..]))
}

/// Whether more than a time may stand before a message; most lines show at once that it does not.
fn may_have_header(line: &str) -> bool {
    let Some((first, rest)) = word(line) else {
        return false;
    };
    let Some((second, rest)) = word(rest) else {
        return first.ends_with(':');
    };
    let is_process = matches!(rest.as_bytes().first(), Some(b'-' | b' ' | b'0'..=b'9'));
    is_process || first.ends_with(':') || first.starts_with("std") || second.ends_with(':') || second.starts_with("app/")
}

/// `> ` of a quotation, `E       ` of pytest.
fn without_quote(line: &str) -> &str {
    if !matches!(line.as_bytes().first(), Some(b'>' | b'E')) {
        return line;
    }
    let line = line.strip_prefix("> ").unwrap_or(line);
    line.strip_prefix("E       ").unwrap_or(line)
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
    const DAYS: &[&[u8]] = &[b"Mon ", b"Tue ", b"Wed ", b"Thu ", b"Fri ", b"Sat ", b"Sun "];
    match text.as_bytes().first_chunk::<4>() {
        Some(day) if day[3] == b' ' && DAYS.contains(&day.as_slice()) => &text[4..],
        _ => text,
    }
}

/// `web-1  | `, as docker compose writes it.
fn without_container(line: &str) -> &str {
    const LONGEST: usize = 40;
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match line.bytes().take(LONGEST).position(|byte| !is_of_name(byte)) {
        Some(at) if at > 0 && matches!(line.as_bytes()[at], b' ' | b'|') => trimmed(&line[at..], b" ").strip_prefix("| ").unwrap_or(line),
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
    let process = word(line).and_then(|(_, rest)| word(rest)).and_then(|(_, rest)| word(rest));
    let Some((process, rest)) = process else {
        return line;
    };
    let is_process = process == "-" || process.bytes().all(|byte| byte.is_ascii_digit());
    match word(rest).and_then(|(_, rest)| word(rest)) {
        Some(("-", rest)) if is_process => rest.trim_start_matches('\u{feff}'),
        _ => line,
    }
}

/// `app[web.1]: ` or `app/web.1 `, as Heroku and Papertrail write it, the latter with a host before it.
fn without_dyno(line: &str) -> &str {
    let Some((first, rest)) = word(line) else {
        return line;
    };
    if first.ends_with("]:") && first.starts_with(|c: char| c.is_ascii_lowercase()) && first.contains('[') {
        return rest;
    }
    match word(rest) {
        Some((dyno, rest)) if dyno.starts_with("app/") => rest,
        _ => line,
    }
}

/// `web1 gunicorn[4711]: `, as journald and syslog write it.
fn without_program(line: &str) -> &str {
    let Some((host, (program, rest))) = word(line).and_then(|(host, rest)| Some((host, word(rest)?))) else {
        return line;
    };
    if !program.ends_with(':') {
        return line;
    }
    let is_host = !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    let is_program = program.ends_with("]:") && program.contains('[') || program.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_exception = program.contains("Error") || program.contains("Exception");
    if is_host && is_program && !is_exception { rest } else { line }
}

/// How long the time at the beginning is: RFC 3339 and its kin, syslog's `Nov 21 09:07:58`; 0 where there is none.
#[must_use]
pub fn time_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else {
        return 0;
    };
    if first.is_ascii_alphabetic() {
        let is_time = shape(bytes, b"aaa dd dd:dd:dd") || shape(bytes, b"aaa  d dd:dd:dd");
        return if is_time { 15 + fraction(&bytes[15..]) } else { 0 };
    }
    if !first.is_ascii_digit() {
        return 0;
    }
    if shape(bytes, b"dddd-dd-dd") || shape(bytes, b"dddd/dd/dd") {
        let mut end = 10;
        if bytes.get(end).is_some_and(|byte| matches!(byte, b'T' | b' ')) && shape(&bytes[end + 1..], b"dd:dd:dd") {
            end += 9;
            end += fraction(&bytes[end..]);
            end += zone(&bytes[end..]);
        }
        return end;
    }
    if shape(bytes, b"dd/aaa/dddd:dd:dd:dd") {
        return 20;
    }
    if shape(bytes, b"dd:dd:dd") {
        return 8 + fraction(&bytes[8..]);
    }
    0
}

/// Whether the text begins as the pattern: `d` a digit, `a` a letter, all else itself.
fn shape(text: &[u8], pattern: &[u8]) -> bool {
    for (at, pattern) in pattern.iter().enumerate() {
        let Some(byte) = text.get(at) else {
            return false;
        };
        let fits = match pattern {
            b'd' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_alphabetic(),
            other => other == byte,
        };
        if !fits {
            return false;
        }
    }
    true
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
