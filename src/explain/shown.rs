//! What the tools that show a log write before each of its lines: CI runners, `grep`, `stern`, `aws`, process managers.

use super::clock::time_length;
use super::prefix::first_word;

/// A line without what stands before its time or its text.
#[must_use]
pub fn without_tool(line: &str) -> &str {
    match line.as_bytes().first() {
        // It begins with its own time.
        Some(b'0'..=b'9' | b'A'..=b'Z') if time_length(line) > 0 => line,
        Some(b'0'..=b'9') => without_number(without_process(line)),
        Some(b'#') => line.strip_prefix("##[error]").unwrap_or(line),
        Some(b'E') => without_marker(line),
        Some(b'[') => without_uptime(line),
        Some(b'@') => without_label(line),
        Some(b'/' | b'a'..=b'z' | b'A'..=b'Z') => without_step(without_pod(without_file(line))),
        _ => line,
    }
}

/// What `aws logs tail`, `logcli`, GitLab's and Fly's logs write between a line's time and its text.
#[must_use]
pub fn without_stream(line: &str) -> &str {
    match line.as_bytes() {
        [b'0', b'0'..=b'9', b'O' | b'E', b' ' | b'+', ..] => &line[4..],
        [b'#', b'#', ..] => line.strip_prefix("##[error]").unwrap_or(line),
        [b'{', rest @ ..] if rest.first().is_some_and(u8::is_ascii_lowercase) => without_labels(line),
        _ => without_region(without_log_stream(line)),
    }
}

/// `0|web  | `, as PM2 writes it.
fn without_process(line: &str) -> &str {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let named = rest.strip_prefix('|').and_then(|rest| rest.split_once("| "));
    match named {
        Some((name, rest)) if is_name(name.trim_end()) => rest,
        _ => line,
    }
}

/// `81:` of a line that `grep -n` found, `80-` of one beside it.
fn without_number(line: &str) -> &str {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_short = line.len() - rest.len() < 8;
    match rest.strip_prefix([':', '-']) {
        Some(text) if is_short && !text.starts_with(|c: char| c.is_ascii_digit() && time_length(line) > 0) && !is_date(line) => text,
        _ => line,
    }
}

fn is_date(line: &str) -> bool {
    time_length(line) > 0 || line.as_bytes().get(4) == Some(&b'-') && line.as_bytes().get(7) == Some(&b'-')
}

/// `E   `, as pytest writes it.
fn without_marker(line: &str) -> &str {
    line.strip_prefix("E   ").unwrap_or(line)
}

/// `[ 8123.123456] `, the seconds since the host was started.
fn without_uptime(line: &str) -> &str {
    let Some((seconds, rest)) = line[1..].split_once("] ") else {
        return line;
    };
    let digits = seconds.trim_start_matches(' ');
    let is_uptime = digits.contains('.') && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_uptime { super::prefix::without_program(rest) } else { line }
}

/// `@4000000065a1b2c3075bcd15 `, TAI64N.
fn without_label(line: &str) -> &str {
    match first_word(&line[1..]) {
        Some((label, rest)) if label.len() == 24 && label.bytes().all(|byte| byte.is_ascii_hexdigit()) => rest,
        _ => line,
    }
}

/// `/var/log/app.log:81:`, as `grep` names where a line stands.
fn without_file(line: &str) -> &str {
    const LONGEST: usize = 120;
    const ENDS: &[&str] = &[".log", ".log.1", ".txt", ".out", ".err", "syslog", "messages", "journal"];
    let head = line.bytes().take(LONGEST);
    let end = head.enumerate().find_map(|(at, byte)| match byte {
        b':' | b'-' if ENDS.iter().any(|end| line[..at].ends_with(end)) => Some(at),
        b' ' | b'"' => Some(usize::MAX),
        _ => None,
    });
    match end {
        Some(at) if at < line.len() => without_number(&line[at + 1..]),
        _ => line,
    }
}

/// `web-7d9f8b6c5-x2x4z app `, pod and container, as `stern` writes them.
fn without_pod(line: &str) -> &str {
    let Some((pod, rest)) = first_word(line) else {
        return line;
    };
    let is_made = |piece: &str, length: std::ops::RangeInclusive<usize>| {
        length.contains(&piece.len()) && piece.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let mut pieces = pod.rsplitn(3, '-');
    let is_pod = pieces.next().is_some_and(|piece| is_made(piece, 5..=5)) && pieces.next().is_some_and(|piece| is_made(piece, 8..=10));
    match first_word(rest) {
        Some((container, rest)) if is_pod && pieces.next().is_some() && is_name(container) => rest,
        _ => line,
    }
}

/// `build<TAB>Run tests<TAB>`, job and step, as `gh run view --log` writes them before the time.
fn without_step(line: &str) -> &str {
    let mut fields = line.splitn(3, '\t');
    match (fields.next(), fields.next(), fields.next()) {
        (Some(_), Some(_), Some(rest)) if time_length(rest.trim_start_matches('\u{feff}')) > 0 => rest.trim_start_matches('\u{feff}'),
        _ => line,
    }
}

/// `{app="web", namespace="shop"} `
fn without_labels(line: &str) -> &str {
    match line[1..].split_once('}') {
        Some((labels, rest)) if labels.contains("=\"") && !labels.contains(": ") => rest.trim_start_matches(' '),
        _ => line,
    }
}

/// `ecs/web/0f1e2d3c4b5a `, the stream of a log group.
fn without_log_stream(line: &str) -> &str {
    match first_word(line) {
        Some((stream, rest))
            if stream.bytes().filter(|byte| *byte == b'/').count() >= 2 && stream.rsplit('/').next().is_some_and(is_made) =>
        {
            rest
        }
        _ => line,
    }
}

/// Whether it is an identifier that nobody chose.
fn is_made(text: &str) -> bool {
    let text = text.rsplit(']').next().unwrap_or(text);
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// `app[148e21a7] fra [info] `, as Fly writes machine, region and level.
fn without_region(line: &str) -> &str {
    let region = || {
        let (machine, rest) = first_word(line).filter(|(machine, _)| machine.ends_with(']'))?;
        let (region, rest) = first_word(rest)?;
        let (level, rest) = first_word(rest)?;
        let is_machine = machine.contains('[');
        (is_machine && region.len() == 3 && level.starts_with('[') && level.ends_with(']')).then_some(rest)
    };
    region().unwrap_or(line)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
