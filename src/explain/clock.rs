//! The times that programs write, in their many forms.

use super::eight::{self, Pattern};

/// Zones by name that stand behind a time. A level stands there too, so that not any word will do.
const ZONES: &[&str] = &[
    "UTC", "GMT", "CET", "CEST", "EET", "EEST", "WET", "WEST", "BST", "IST", "MSK", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT",
    "JST", "KST", "HKT", "SGT", "AEST", "AEDT", "BRT", "SAST",
];

/// The rarer forms of a date and a time: `d` a digit, `a` a letter.
const FORMS: &[&[u8]] = &[
    b"aaa dd, dddd dd:dd:dd",
    b"aaa d, dddd dd:dd:dd",
    b"aaa dd, dddd d:dd:dd",
    b"aaa d, dddd d:dd:dd",
    b"dd aaa dddd dd:dd:dd",
    b"dd-aaa-dddd dd:dd:dd",
    b"dd/dd/dddd dd:dd:dd",
    b"d/dd/dddd dd:dd:dd",
    b"dd/d/dddd dd:dd:dd",
    b"d/d/dddd dd:dd:dd",
    b"dd/dd/dddd d:dd:dd",
    b"d/dd/dddd d:dd:dd",
    b"dd/d/dddd d:dd:dd",
    b"d/d/dddd d:dd:dd",
    b"dd.dd.dddd dd:dd:dd",
];

/// How long the time at the beginning is: RFC 3339 and its kin, syslog's `Nov 21 09:07:58`; 0 where there is none.
#[must_use]
pub fn time_length(text: &str) -> usize {
    const CLOCK: Pattern = Pattern::of(*b"00:00:00");
    const DATES: [Pattern; 2] = [Pattern::of(*b"0000-00-"), Pattern::of(*b"0000/00/")];
    const YEAR: Pattern = Pattern::of(*b"/0000:00");
    const SECONDS: usize = 10;
    let text = text.as_bytes();
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let Some(first) = text.first() else { return 0 };
    if first.is_ascii_alphabetic() {
        let is_day = || {
            let is_month = text[..3].iter().all(u8::is_ascii_alphabetic);
            is_month && text[3] == b' ' && (is_digit(4) || text[4] == b' ') && is_digit(5) && text[6] == b' '
        };
        if CLOCK.stands_at(text, 7) && is_day() {
            let end = 15 + fraction(&text[15..]);
            return end + year(&text[end..]);
        }
        return rare(text);
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
    let is_date = || DATES.iter().any(|date| date.stands_at(text, 0)) && is_digit(8) && is_digit(9);
    if matches!(text.get(4), Some(b'-' | b'/')) && is_date() {
        let clock = if matches!(text.get(10), Some(b'T' | b' ')) { clock(11) } else { 0 };
        return if clock == 0 { 10 } else { 11 + clock + zone(&text[11 + clock..]) };
    }
    match text.get(2) {
        Some(b'/') => {
            let is_month = || text[3..6].iter().all(u8::is_ascii_alphabetic) && is_digit(1);
            if YEAR.stands_at(text, 6) && CLOCK.stands_at(text, 12) && is_month() {
                20
            } else {
                rare(text)
            }
        }
        Some(b':') => clock(0),
        _ if text.get(SECONDS) == Some(&b'.') && eight::digits(text) == SECONDS && eight::digits(&text[SECONDS + 1..]) >= 3 => {
            SECONDS + fraction(&text[SECONDS..])
        }
        _ => rare(text),
    }
}

/// How long a time in one of the rarer forms is.
fn rare(text: &[u8]) -> usize {
    let may_be_one = match text {
        [_, _, _, b' ', ..] | [_, b'/', ..] | [_, _, b'/' | b'.' | b' ' | b'-', ..] => text.iter().take(16).any(|byte| *byte == b':'),
        _ => false,
    };
    match FORMS.iter().find(|form| may_be_one && shape(text, form)) {
        Some(form) => {
            let end = form.len() + fraction(&text[form.len()..]);
            end + half(&text[end..])
        }
        None => 0,
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
        [b' ', b'A'..=b'Z', ..] => named_zone(text),
        [b'+' | b'-', hours_and_minutes @ ..] => match (eight::digits(hours_and_minutes), hours_and_minutes.get(2..)) {
            (4, _) => 5,
            (2, Some([b':', b'0'..=b'9', b'0'..=b'9', ..])) => 6,
            (2, _) => 3,
            _ => 0,
        },
        [b' ', b'+', digits @ ..] if eight::digits(digits) >= 4 => 6,
        [b' ', b'+' | b'-', digits @ ..] if eight::digits(digits) == 2 => 4,
        _ => 0,
    }
}

fn named_zone(text: &[u8]) -> usize {
    let is_end = |at: usize| !text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let name = ZONES
        .iter()
        .find(|name| text[1..].starts_with(name.as_bytes()) && is_end(1 + name.len()));
    name.map_or(0, |name| 1 + name.len())
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

/// ` 2026`, which stands last as `ctime` writes it.
fn year(text: &[u8]) -> usize {
    let is_year = shape(text, b" 20dd") && !text.get(5).is_some_and(u8::is_ascii_alphanumeric);
    if is_year { 5 } else { 0 }
}

/// ` PM`
fn half(text: &[u8]) -> usize {
    if text.starts_with(b" AM") || text.starts_with(b" PM") {
        3
    } else {
        0
    }
}

/// A time as it can be compared: `2026-11-20 10:00:00`; where the log leaves the year out, the one that is `unsaid`.
#[must_use]
pub fn comparable(time: &str, unsaid: &str) -> Option<String> {
    if !time.is_ascii() {
        return None;
    }
    let bytes = time.as_bytes();
    if shape(bytes, b"dddd") && matches!(bytes.get(4), Some(b'-' | b'/')) {
        let date = time.get(..10)?.replace('/', "-");
        return Some(format!("{date} {}", time.get(11..19).unwrap_or("00:00:00")));
    }
    if shape(bytes, b"dddddddddd.") {
        return time[..10].parse().ok().map(of_seconds).map(|time| time[..19].to_owned());
    }
    let is_web_servers = shape(bytes, b"dd/aaa/dddd:");
    let (date, clock) = time.split_at(if is_web_servers { 11 } else { time.find(':')?.saturating_sub(2) });
    let (day, month, named) = date_of(date)?;
    let year = named.or_else(|| {
        clock
            .get(clock.len().checked_sub(4)?..)
            .filter(|year| shape(year.as_bytes(), b"20dd"))
            .map(str::to_owned)
    });
    let year = year.unwrap_or_else(|| unsaid.to_owned());
    Some(format!("{year}-{month:02}-{day:02} {}", clock_of(clock)?))
}

/// Day, month and year of a date; an American one begins with the month.
fn date_of(date: &str) -> Option<(u8, u8, Option<String>)> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let month = |name: &str| MONTHS.find(name).filter(|at| name.len() == 3 && at % 3 == 0);
    let month = |name: &str| month(name).and_then(|at| u8::try_from(at / 3 + 1).ok());
    let mut parts = date.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let (first, second) = (parts.next()?, parts.next()?);
    let year = parts.next().filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
    let year = year.map(|year| if year.len() == 2 { format!("20{year}") } else { year.to_owned() });
    let (day, month) = match (month(first), month(second)) {
        (Some(month), _) => (second.parse().ok()?, month),
        (_, Some(month)) => (first.parse().ok()?, month),
        _ => {
            let (first, second): (u8, u8) = (first.parse().ok()?, second.parse().ok()?);
            if date.contains('/') && first <= 12 {
                (second, first)
            } else {
                (first, second)
            }
        }
    };
    Some((day, month, year))
}

/// `10:00:00` of ` 10:00:00.123` and of `:10:00:00 AM`.
fn clock_of(text: &str) -> Option<String> {
    let mut parts = text.trim_start_matches(|c: char| !c.is_ascii_digit()).splitn(3, ':');
    let hour: u8 = parts.next()?.parse().ok()?;
    let (minute, second) = (parts.next()?, parts.next()?);
    let hour = match text.as_bytes() {
        [.., b' ', b'P', b'M'] if hour < 12 => hour + 12,
        [.., b' ', b'A', b'M'] if hour == 12 => 0,
        _ => hour,
    };
    Some(format!("{hour:02}:{minute}:{}", second.get(..2)?))
}

/// Seconds since 1970, in UTC.
#[must_use]
pub fn of_seconds(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Civil from days, by Howard Hinnant's algorithm, with years that begin in March.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_kinds_can_be_compared() {
        for time in [
            "2026-11-20T10:00:00.123Z",
            "2026-11-20 10:00:00,123",
            "2026-11-20 10:00:00.123 CEST",
            "2026-11-20 10:00:00+01",
            "2026-11-20 10:00:00 -03",
            "2026/11/20 10:00:00",
            "Nov 20 10:00:00",
            "Nov 20 10:00:00 2026",
            "Nov 20 10:00:00.123456 2026",
            "Nov 20, 2026 10:00:00 AM",
            "20/Nov/2026:10:00:00",
            "20 Nov 2026 10:00:00.123",
            "20-Nov-2026 10:00:00.123",
            "11/20/2026 10:00:00 AM",
            "20.11.2026 10:00:00",
            "1795168800.123",
        ] {
            assert_eq!(time_length(&format!("{time} ERROR x")), time.len(), "{time}");
            assert_eq!(comparable(time, "2026").as_deref(), Some("2026-11-20 10:00:00"), "{time}");
        }
        assert_eq!(comparable("1/2/2026 3:04:05 PM", "2026").as_deref(), Some("2026-01-02 15:04:05"));
        assert_eq!(
            comparable("Jan 2, 2026 12:04:05 AM", "2026").as_deref(),
            Some("2026-01-02 00:04:05")
        );
        assert_eq!(of_seconds(951_782_400), "2000-02-29 00:00:00 UTC");
        for text in ["ERROR x", "12 apples: none", "1.2.3", "10.0.3.7:5432 x", "ab:cd"] {
            assert_eq!(time_length(text), 0, "{text}");
        }
    }
}
