//! Messages and tracebacks as programs print them, `=== codes` above each, and the same as loggers, containers and collectors write them down.

use serde_json::json;

use crate::harness::codes;

/// How a collector changes a message on its way into a log.
type Collector = fn(&str) -> String;

const COLLECTORS: &[(&str, Collector)] = &[
    ("docker compose", |text| prefixed(text, "web-1  | ")),
    ("docker with times", |text| prefixed(text, "2026-11-20T10:00:00.123456789Z ")),
    ("Kubernetes", |text| prefixed(text, "2026-11-20T10:00:00.123456789Z stderr F ")),
    ("kubectl --prefix", |text| prefixed(text, "[pod/web-7d9f8/app] ")),
    ("journald", |text| prefixed(text, "Nov 20 10:00:00 web1 gunicorn[77]: ")),
    ("journald's short-iso", |text| {
        prefixed(text, "2026-11-20T10:00:00+0000 web1 gunicorn[77]: ")
    }),
    ("journald's short-full", |text| {
        prefixed(text, "Fri 2026-11-20 10:00:00 UTC web1 gunicorn[77]: ")
    }),
    ("syslog", |text| {
        prefixed(text, "<134>1 2026-11-20T10:00:00.123456+00:00 web1 gunicorn 77 - - ")
    }),
    ("Papertrail", |text| prefixed(text, "Nov 20 10:00:00 shop-1 app/web.1 ")),
    ("Heroku", |text| {
        each(text, |line| format!("2026-11-20T10:00:00.123456+00:00 app[web.1]: {}", line.trim()))
    }),
    ("CloudWatch", |text| prefixed(text, "2026-11-20T10:00:00.123Z\t")),
    ("a quotation", |text| prefixed(text, "> ")),
    ("colours", |text| each(text, |line| format!("\u{1b}[31m{line}\u{1b}[0m"))),
    ("Windows", |text| text.replace('\n', "\r\n")),
    ("syslog's escapes", |text| {
        let text = text.trim_end().replace('\n', "#012").replace('\t', "#011");
        format!("Nov 20 10:00:00 web1 app[7]: {text}\n")
    }),
    ("docker's JSON", |text| {
        each(text, |line| {
            json!({"log": format!("{line}\n"), "stream": "stderr", "time": "2026-11-20T10:00:00.1Z"}).to_string()
        })
    }),
    ("journald's JSON", |text| {
        each(text, |line| {
            json!({"_HOSTNAME": "web1", "MESSAGE": line, "__REALTIME_TIMESTAMP": "1795687200000000"}).to_string()
        })
    }),
    ("a JSON logger", |text| {
        let record =
            json!({"asctime": "2026-11-20 10:00:00,123", "levelname": "ERROR", "message": "request failed", "exc_info": text.trim_end()});
        format!("{record}\n")
    }),
    ("bytes", |text| format!("stderr: {text:?}\n")),
];

fn prefixed(text: &str, prefix: &str) -> String {
    each(text, |line| format!("{prefix}{line}"))
}

fn each(text: &str, record: impl Fn(&str) -> String) -> String {
    text.lines().map(|line| record(line) + "\n").collect()
}

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
fn messages() -> Vec<(&'static str, String)> {
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
    for (name, collector) in COLLECTORS {
        let wrong = wrong(*collector);
        assert!(wrong.is_empty(), "{name}: {} messages\n{}", wrong.len(), wrong.join("\n"));
    }
}
