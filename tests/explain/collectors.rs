//! What loggers, containers and collectors make of a message on its way into a log.

use serde_json::json;

/// How a collector changes a message on its way into a log.
pub type Collector = fn(&str) -> String;

pub const COLLECTORS: &[(&str, Collector)] = &[
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
