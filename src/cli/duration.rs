//! Durations as people type them.

use std::time::Duration;

/// The longest that is taken: a day.
const LONGEST: Duration = Duration::from_hours(24);

/// Reads `500ms`, `5s`, `2m`, or a bare number of seconds.
///
/// # Errors
///
/// What is wrong with the text.
pub fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| "not a duration: write 500ms, 5s or 1m".to_owned())?;
    let seconds = match unit {
        "ms" => number / 1_000.0,
        "" | "s" => number,
        "m" => number * 60.0,
        "h" => number * 3_600.0,
        _ => return Err(format!("unknown unit \"{}\": ms, s, m and h are known", unit.escape_debug())),
    };
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if duration > Duration::ZERO && duration <= LONGEST => Ok(duration),
        Ok(_) | Err(_) => Err("out of range: more than 0 and at most 24h".into()),
    }
}
