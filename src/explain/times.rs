//! When a line was written: its own time, that of its record, or that of the lines above it.

use memchr::{memchr, memmem};

use super::{clean, clock, lines, prefix};

/// How many lines above are asked: those of a traceback have no time of their own.
const LINES: usize = 120;
/// How much of a line is asked.
const HEAD: usize = 4096;
/// Where JSON loggers put the time.
const KEYS: &[&str] = &["timestamp", "@timestamp", "time", "asctime", "ts", "datetime", "date"];

/// The time of a line: what stands in front of it, or in the fields of its record.
#[must_use]
pub fn of_record(raw: &[u8], line: &str) -> Option<String> {
    prefix::strip(line).time.map(ToOwned::to_owned).or_else(|| in_fields(raw))
}

/// The time that a line tells itself, in front of it or within its record.
#[must_use]
pub fn of_line(raw: &[u8]) -> Option<String> {
    let text = lines::text(raw);
    match prefix::strip(&text).time {
        Some(time) => Some(time.to_owned()),
        None => of_record(raw, &clean::record(raw)),
    }
}

/// The time of the nearest line above that has one.
#[must_use]
pub fn before(bytes: &[u8]) -> Option<String> {
    lines::backward(bytes).take(LINES).find_map(|line| {
        let line = &line[..line.len().min(HEAD)];
        // The lines of a traceback are many.
        let is_indented = matches!(line.first(), Some(b' ' | b'\t')) && !line.trim_ascii_start().starts_with(b"| ");
        if is_indented && !has_record(line) {
            return None;
        }
        of_record(line, &lines::text(line))
    })
}

/// Whether two times, written alike, are of one second.
#[must_use]
pub fn is_same_second(one: &str, other: &str) -> bool {
    let clock = |time: &str| time.match_indices(':').nth(1).map(|(at, _)| at + 3);
    let seconds = |time: &str| clock(time).or_else(|| time.find('.')).map_or(0, |end| time.len().min(end));
    one.get(..seconds(one))
        .is_some_and(|second| !second.is_empty() && other.starts_with(second))
}

fn in_fields(raw: &[u8]) -> Option<String> {
    let is_record = has_record(raw) || KEYS.iter().any(|key| raw.starts_with(key.as_bytes())) || raw.starts_with(b"level=");
    if !is_record {
        return None;
    }
    if let Some(at) = memmem::find(raw, b"__REALTIME_TIMESTAMP\"") {
        let digits: String = digits(&raw[at..]);
        return digits
            .parse::<u64>()
            .ok()
            .map(|microseconds| clock::of_seconds(microseconds / 1_000_000));
    }
    KEYS.iter().find_map(|key| {
        let at = memmem::find(raw, format!("\"{key}\"").as_bytes()).map(|at| at + key.len() + 2);
        let at = at.or_else(|| memmem::find(raw, format!("{key}=").as_bytes()).map(|at| at + key.len()))?;
        let value = &raw[at..raw.len().min(at + 60)];
        let begin = value.iter().position(u8::is_ascii_digit).filter(|begin| *begin < 5)?;
        let text = lines::text(&value[begin..]);
        let written = prefix::strip(&text)
            .time
            .filter(|time| !time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
        written.map(ToOwned::to_owned)
    })
}

/// Whether a line may begin with a record, behind a prefix.
fn has_record(line: &[u8]) -> bool {
    memchr(b'{', &line[..line.len().min(64)]).is_some()
}

fn digits(bytes: &[u8]) -> String {
    let digits = bytes
        .iter()
        .skip_while(|byte| !byte.is_ascii_digit())
        .take_while(|byte| byte.is_ascii_digit());
    digits.take(18).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_record_or_of_the_lines_above_is_found() {
        let json = br#"{"level":"error","timestamp":"2026-11-20T10:00:00Z","msg":"x"}"#;
        assert_eq!(of_record(json, "x").as_deref(), Some("2026-11-20T10:00:00Z"));
        let above = b"[2026-11-20 10:00:00 +0000] [7] [ERROR] failed\nTraceback (most recent call last):\n  File \"x.py\"\n";
        assert_eq!(before(above).as_deref(), Some("2026-11-20 10:00:00 +0000"));
    }
}
