//! The fast search finds every line in which the catalogue recognises something, however it was written.

use std::fmt::Write as _;

use dbdoctor::explain::finder::{Places, Sign};
use dbdoctor::explain::{catalogue, clean, translations};

/// Stands where a message names something.
const VALUE: &str = "a value";

/// Gives whole lines.
type Write = fn(&str) -> String;

/// What loggers and collectors make of a message.
const WRITERS: &[(&str, Write)] = &[
    ("nothing", |text| text.to_owned()),
    ("syslog", |text| {
        format!("web1 app[7]: {}", text.replace('\t', "#011").replace('\n', "#012"))
    }),
    ("severities", |text| {
        let mut text = text.to_owned();
        for severity in ["FATAL", "ERROR", "PANIC", "WARNING", "DETAIL", "HINT"] {
            text = text.replace(&format!("{severity}: "), &format!("{severity}:  "));
        }
        text
    }),
    ("colours", |text| {
        format!("\u{1b}[31m{}\u{1b}[0m\r", text.replacen(' ', " \u{1b}[1m", 1))
    }),
    ("JSON", |text| json(text)),
    ("JSON of JSON", |text| json(&json(text))),
    ("JSON that escapes slashes", |text| json(text).replace('/', "\\/")),
    ("JSON in ASCII", |text| {
        let mut line = String::new();
        for unit in json(text).encode_utf16() {
            match u8::try_from(unit) {
                Ok(byte) if byte.is_ascii() && !b"<>&'".contains(&byte) => line.push(char::from(byte)),
                _ => write!(line, "\\u{unit:04x}").expect("memory takes all"),
            }
        }
        line
    }),
    ("a list of bytes", |text| {
        format!("{{\"MESSAGE\":{:?}}}", text.as_bytes()).replace(", ", ",")
    }),
    ("Python", |text| {
        format!("b'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
    }),
    ("csvlog", |text| {
        format!("\"app\",\"shop\",7,0,FATAL,3D000,\"{}\",,", text.replace('"', "\"\""))
    }),
    ("HTML", |text| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', "&quot;").replace('\'', "&#x27;")
    }),
    ("guillemets", |text| text.replace(&format!("\"{VALUE}\""), &format!("« {VALUE} »"))),
    ("curly quotes", |text| {
        text.replace(&format!("\"{VALUE}\""), &format!("“{VALUE}”")).replace('\'', "’")
    }),
];

fn json(text: &str) -> String {
    serde_json::json!({"level": "error", "msg": text, "user": "Jürgen"}).to_string()
}

/// Every line of every text, by every writer, behind words that move it by a few bytes, with the text itself.
fn each_line(texts: impl Iterator<Item = String>, mut look: impl FnMut(&str, &str, &[u8])) {
    for text in texts {
        for (writer, write) in WRITERS {
            for before in (0..16).step_by(5) {
                let written = write(&format!("{}{text}", &"ordinary words: "[before..]));
                for line in written.lines() {
                    look(&text, writer, line.as_bytes());
                }
            }
        }
    }
}

/// Whether the fast search stops at a line that stands among others.
fn stops_at(line: &[u8], counts: impl Fn(Sign) -> bool) -> bool {
    let log = [b"INFO all is well\n", line, b"\nINFO all is well\n"].concat();
    let mut places = Places::of(&log);
    std::iter::from_fn(|| places.next(0)).any(|place| counts(place.sign))
}

#[test]
fn every_line_that_is_recognised_is_found() {
    let texts = catalogue::entries().iter().map(|entry| {
        let mut text = entry.template.literals().collect::<Vec<_>>().join(VALUE);
        text.push_str(VALUE);
        text
    });
    let (mut recognised, mut missed) = (0, Vec::new());
    each_line(texts, |text, writer, line| {
        let read = clean::record(line) + "\n";
        if !catalogue::matches(&read, &mut |_| true, &|_| true).is_empty() {
            recognised += 1;
            if !stops_at(line, |sign| matches!(sign, Sign::Certain | Sign::Vague)) {
                missed.push(format!("{writer}: {text}"));
            }
        }
    });
    assert!(recognised > 20_000, "only {recognised} lines were recognised");
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn every_line_that_is_translated_is_found() {
    // Each follows its English. A severity says nothing alone, nor does a detail.
    for detail in translations::DETAILS {
        assert!(
            catalogue::matches(&format!("{detail}\n"), &mut |_| true, &|_| true).is_empty(),
            "{detail}"
        );
    }
    let texts: Vec<&str> = translations::texts().collect();
    let sentences = texts
        .chunks(2)
        .filter(|pair| pair[0].contains(char::is_lowercase) && !translations::DETAILS.contains(&pair[0]));
    let translated = sentences.map(|pair| {
        let numbers = (1..=6).map(|number| format!("{{{number}}}"));
        numbers.fold(pair[1].to_owned(), |text, number| text.replace(&number, VALUE))
    });
    let (mut recognised, mut missed) = (0, Vec::new());
    each_line(translated, |text, writer, line| {
        let read = clean::record(line);
        if translations::in_english(&read).is_some() {
            recognised += 1;
            if !stops_at(line, |sign| matches!(sign, Sign::Certain | Sign::Vague | Sign::Escaped)) {
                missed.push(format!("{writer}: {text}"));
            }
        }
    });
    assert!(recognised > 20_000, "only {recognised} lines were recognised");
    assert!(missed.is_empty(), "{missed:#?}");
}
