//! The times that programs write, in their many forms.

/// Zones by name that stand behind a time. A level stands there too, so that not any word will do.
const ZONES: &[&str] = &[
    "UTC", "GMT", "CET", "CEST", "EET", "EEST", "WET", "WEST", "BST", "IST", "MSK", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT",
    "JST", "KST", "HKT", "SGT", "AEST", "AEDT", "BRT", "SAST",
];

/// Forms of a date and a time, beside RFC 3339 and its kin: `d` a digit, `a` a letter.
const FORMS: &[&[u8]] = &[
    b"aaa dd dd:dd:dd",
    b"aaa  d dd:dd:dd",
    b"aaa dd, dddd dd:dd:dd",
    b"aaa d, dddd dd:dd:dd",
    b"aaa dd, dddd d:dd:dd",
    b"aaa d, dddd d:dd:dd",
    b"dd/aaa/dddd:dd:dd:dd",
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
    b"dd:dd:dd",
];

/// How long the time at the beginning is; 0 where there is none.
#[must_use]
pub fn time_length(text: &str) -> usize {
    let bytes = text.as_bytes();
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
    let may_be_a_date = match bytes {
        [a, _, _, b' ', ..] => a.is_ascii_alphabetic(),
        [a, b'/', ..] | [a, _, b'/' | b'.' | b':' | b' ' | b'-', ..] => a.is_ascii_digit(),
        _ => false,
    };
    if !may_be_a_date {
        return 0;
    }
    let Some(form) = FORMS.iter().find(|form| shape(bytes, form)) else {
        return 0;
    };
    let end = form.len() + fraction(&bytes[form.len()..]);
    // The year stands last as `ctime` writes it.
    end + if form.starts_with(b"aaa") {
        year(&bytes[end..])
    } else {
        half(&bytes[end..])
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

/// ` 2026`, or the half of the day.
fn year(text: &[u8]) -> usize {
    let is_year = shape(text, b" 20dd") && !text.get(5).is_some_and(u8::is_ascii_alphanumeric);
    if is_year { 5 } else { half(text) }
}

/// ` PM`
fn half(text: &[u8]) -> usize {
    if text.starts_with(b" AM") || text.starts_with(b" PM") {
        3
    } else {
        0
    }
}

fn zone(text: &[u8]) -> usize {
    let is_end = |at: usize| !text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    if text.first() == Some(&b'Z') {
        return 1;
    }
    if text.len() >= 3 && matches!(text[0], b'+' | b'-') && text[1].is_ascii_digit() {
        return match () {
            () if shape(&text[1..], b"dd:dd") => 6,
            () if shape(&text[1..], b"dddd") => 5,
            () if shape(&text[1..], b"dd") && is_end(3) => 3,
            () => 0,
        };
    }
    if shape(text, b" +dddd") || shape(text, b" -dddd") {
        return 6;
    }
    if (shape(text, b" +dd") || shape(text, b" -dd")) && is_end(4) {
        return 4;
    }
    let named = text.strip_prefix(b" ").unwrap_or_default();
    let name = ZONES
        .iter()
        .find(|name| named.starts_with(name.as_bytes()) && is_end(1 + name.len()));
    name.map_or(0, |name| 1 + name.len())
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
