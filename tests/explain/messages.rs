//! Messages and tracebacks as programs print them, `=== codes` above each, and the same as loggers, containers and collectors write them down.

use crate::collectors::{COLLECTORS, Collector, NUMBERED};
use crate::harness::codes;

/// How a terminal or a mail breaks what is longer than its lines, at words where it can.
const BREAKERS: &[(&str, Collector)] = &[
    ("a mail", |text| broken(text, 76, "", "")),
    ("Rich's log handler", |text| {
        broken(text, 91, "[11/20/26 10:00:00] ERROR    ", "                             ")
    }),
];

fn broken(text: &str, width: usize, head: &str, indentation: &str) -> String {
    let mut rows: Vec<String> = Vec::new();
    for line in text.lines() {
        rows.push(String::new());
        for word in line.split(' ') {
            let row = rows.last().map_or("", String::as_str);
            if !row.trim().is_empty() && row.len() + 1 + word.len() > width {
                rows.push(word.to_owned());
            } else if let Some(row) = rows.last_mut() {
                if !row.is_empty() {
                    row.push(' ');
                }
                row.push_str(word);
            }
        }
    }
    let begins = std::iter::once(head).chain(std::iter::repeat(indentation));
    let rows: Vec<String> = begins.zip(rows).map(|(begin, row)| format!("{begin}{row}")).collect();
    rows.join("\n") + "\n"
}

/// The codes and the text of each.
pub fn messages() -> Vec<(&'static str, String)> {
    let blocks = include_str!("messages.txt").split("=== ").skip(1);
    let messages: Vec<_> = blocks.filter_map(|block| block.split_once('\n')).collect();
    assert!(messages.len() > 160, "only {} messages", messages.len());
    messages
        .into_iter()
        .map(|(codes, text)| (codes.trim_start_matches('-'), text.to_owned()))
        .collect()
}

fn wrong(collector: Collector) -> Vec<String> {
    messages()
        .iter()
        .filter_map(|(expected, text)| {
            let text = collector(text);
            let seen = codes(&text).join(" ");
            (seen != *expected).then(|| format!("{expected:?} expected, {seen:?} seen:\n{text}"))
        })
        .collect()
}

#[test]
fn each_message_gives_its_codes() {
    let wrong = wrong(str::to_owned);
    assert!(wrong.is_empty(), "{} messages\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_message_broken_at_words_is_read_whole_or_not_at_all() {
    for (name, breaker) in BREAKERS {
        let messages = messages();
        // Broken lines of a traceback, or of a statement that is logged, no longer show what they are.
        let single: Vec<_> = messages
            .iter()
            .filter(|(_, text)| text.trim().lines().count() == 1 && !text.contains(" values ("))
            .collect();
        let mut read = 0;
        for (expected, text) in &single {
            let broken = breaker(text);
            let seen = codes(&broken).join(" ");
            assert!(
                seen.is_empty() || seen == *expected,
                "{name}: {expected:?} expected, {seen:?} seen:\n{broken}"
            );
            read += usize::from(seen == *expected);
        }
        assert!(read * 10 >= single.len() * 8, "{name}: {read} of {}", single.len());
    }
}

#[test]
fn what_a_collector_adds_changes_nothing() {
    for (name, collector) in COLLECTORS.iter().chain(NUMBERED) {
        let wrong = wrong(*collector);
        assert!(wrong.is_empty(), "{name}: {} messages\n{}", wrong.len(), wrong.join("\n"));
    }
}
