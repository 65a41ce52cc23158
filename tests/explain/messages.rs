//! Messages and tracebacks as programs print them, `=== codes` above each, and the same as loggers, containers and collectors write them down.

use crate::collectors::{COLLECTORS, Collector};
use crate::harness::codes;

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
fn what_a_collector_adds_changes_nothing() {
    for (name, collector) in COLLECTORS {
        let wrong = wrong(*collector);
        assert!(wrong.is_empty(), "{name}: {} messages\n{}", wrong.len(), wrong.join("\n"));
    }
}
