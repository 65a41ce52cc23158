//! A line that was read before says what it would say if it was read anew: whatever its numbers are, and whatever stands around it.

use dbdoctor::explain::incident::Sighting;
use dbdoctor::explain::memo::Memo;
use dbdoctor::explain::sight;
use dbdoctor::explain::surroundings::Surroundings;

use crate::collectors::{COLLECTORS, Collector};
use crate::messages::messages;
use crate::random::Random;

/// How many texts a log is made of, and how many times one of them is written there.
const TEXTS: usize = 40;
const WRITTEN: usize = 160;
/// How many logs each collector makes, and how many where all is asked for.
const LOGS: usize = 2;
const MANY_LOGS: usize = 60;

/// Numbers that tell something in one place or another.
const TELLING: &[&str] = &["5432", "6379", "111", "110", "104", "32", "2", "08", "28", "0000274", "10061"];

#[test]
fn what_was_read_before_says_what_it_would_say_anew() {
    let texts = corpus();
    let logs = if std::env::var("DBDOCTOR_TESTS").is_ok_and(|which| which == "full") {
        MANY_LOGS
    } else {
        LOGS
    };
    let as_it_is: (&str, Collector) = ("nothing", str::to_owned);
    let mut random = Random(0x5eed);
    let mut remembered = 0;
    for (name, collector) in COLLECTORS.iter().chain([&as_it_is]) {
        for _ in 0..logs {
            let some: Vec<&String> = (0..TEXTS).map(|_| &texts[random.below(texts.len())]).collect();
            let log: String = (0..WRITTEN)
                .map(|_| renumbered(&collector(some[random.below(TEXTS)]), &mut random))
                .collect();
            remembered += compare(name, &log);
        }
    }
    assert!(
        remembered > 100 * logs * COLLECTORS.len() / 10,
        "only {remembered} lines were remembered"
    );
}

#[test]
fn a_message_that_is_a_list_of_numbers_is_read_each_time() {
    let record = |message: &str| format!("{{\"_PID\":\"7\",\"MESSAGE\":{:?}}}\n", message.as_bytes()).replace(", ", ",");
    let faults = ["FATAL:  role \"app\" does not exist", "FATAL:  role \"app\" is not permitt"];
    let log: String = faults.iter().cycle().take(8).map(|fault| record(fault)).collect();
    compare("lists", &log);
}

/// Every text of the other tests that is recognised or must not be.
fn corpus() -> Vec<String> {
    let rows = [include_str!("rows.txt"), include_str!("translated.txt")];
    let rows = rows.iter().flat_map(|rows| rows.lines()).filter_map(|line| line.split_once(" ~ "));
    let lines = [
        include_str!("not_ours.txt"),
        include_str!("texts/libpq18-errors.txt"),
        include_str!("texts/libpq-12-to-18-diffs.txt"),
        include_str!("texts/python-drivers-errors-pg18.txt"),
        include_str!("texts/sqlalchemy-errors.txt"),
        include_str!("texts/pgbouncer-1.18-errors.txt"),
    ];
    let messages = messages().into_iter().map(|(_, text)| text);
    let lines = lines.iter().flat_map(|lines| lines.lines());
    // What an ordinary line adds is that it stands between the others.
    let ordinary = include_str!("ordinary.txt").lines().step_by(20);
    let single = rows.map(|(_, text)| text).chain(lines).chain(ordinary);
    messages.chain(single.map(|line| line.to_owned() + "\n")).collect()
}

/// A text with other numbers: none, those of the same length, or any.
fn renumbered(text: &str, random: &mut Random) -> String {
    let changes = [0, 60, 90][random.below(3)];
    let same_length = random.below(3) > 0;
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let length = rest[at..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - at);
        out.push_str(&rest[..at]);
        let number = &rest[at..at + length];
        // The numbers of a time keep their form.
        let is_beside = |c: Option<char>| matches!(c, Some(':' | '-' | 'T' | '+'));
        let is_of_time = is_beside(rest[..at].chars().next_back()) || is_beside(rest[at + length..].chars().next());
        rest = &rest[at + length..];
        if random.below(100) >= changes {
            out.push_str(number);
        } else if random.below(20) == 0 && !is_of_time {
            out.push_str(TELLING[random.below(TELLING.len())]);
        } else {
            let length = if same_length || is_of_time { length } else { 1 + random.below(6) };
            // A zero in front would make a record invalid.
            let digits = (0..length).map(|at| usize::from(at == 0 && !number.starts_with('0')) + random.below(9));
            out.extend(digits.map(|digit| char::from(b'0' + u8::try_from(digit).unwrap())));
        }
    }
    out + rest
}

/// Reads every line as one that may have been read before and anew; how many were.
fn compare(collector: &str, log: &str) -> usize {
    let mut memo = Memo::default();
    let (mut start, mut number, mut remembered) = (0, 0, 0);
    for line in log.split_inclusive('\n') {
        let behind = start + line.len();
        number += 1;
        let around = Surroundings::of(log.as_bytes(), start..behind - 1, number);
        let (seen, reach) = sight::sightings(&around, &mut memo);
        let (anew, reach_anew) = sight::sightings(&around, &mut Memo::default());
        remembered += seen.iter().filter(|seen| seen.source.is_some()).count();
        let kinds = |seen: &[Sighting]| seen.iter().map(|seen| seen.kind.code().to_string()).collect::<Vec<_>>();
        assert_eq!(kinds(&seen), kinds(&anew), "{collector}: line {number} of\n{log}");
        assert_eq!(
            seen.into_iter().map(told).collect::<Vec<_>>(),
            anew.into_iter().map(told).collect::<Vec<_>>(),
            "{collector}: line {number} of\n{log}"
        );
        assert_eq!(reach, reach_anew, "{collector}: line {number} of\n{log}");
        start = behind;
    }
    remembered
}

/// All that is known of what was seen, once it is asked for.
fn told(mut seen: Sighting) -> String {
    seen.settle();
    format!(
        "{} {:?} {:?} {:?} {:?} {} {:?}",
        seen.kind.code(),
        seen.refusal.map(|refusal| refusal.text.template),
        seen.message,
        seen.facts,
        seen.excerpt,
        seen.line,
        seen.time
    )
}
