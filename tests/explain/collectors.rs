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
    ("docker compose with times", |text| {
        prefixed(text, "web-1  | 2026-11-20T10:00:00.123456789Z ")
    }),
    ("GitHub Actions", |text| prefixed(text, "2026-11-20T10:00:00.1234567Z ")),
    ("GitHub Actions' errors", |text| {
        prefixed(text, "2026-11-20T10:00:00.1234567Z ##[error]")
    }),
    ("gh run view", |text| {
        prefixed(text, "test\tRun pytest\t2026-11-20T10:00:00.1234567Z ")
    }),
    ("pytest", |text| prefixed(text, "E   ")),
    ("kubectl --prefix --timestamps", |text| {
        prefixed(text, "[pod/web-7d9f8/app] 2026-11-20T10:00:00.123456789Z ")
    }),
    ("journald's short-precise", |text| {
        prefixed(text, "Nov 20 10:00:00.123456 web1 gunicorn[77]: ")
    }),
    ("journald's short-iso-precise", |text| {
        prefixed(text, "2026-11-20T10:00:00.123456+00:00 web1 gunicorn[77]: ")
    }),
    ("fluent-bit", |text| {
        each(text, |line| {
            json!({"date": 1_795_687_200.123, "log": line, "stream": "stderr"}).to_string()
        })
    }),
    ("vector", |text| {
        each(text, |line| {
            json!({"file": "/var/log/app.log", "host": "web1", "message": line, "source_type": "file", "timestamp": "2026-11-20T10:00:00.1Z"}).to_string()
        })
    }),
    ("Google Cloud's text", |text| {
        let record = json!({"insertId": "1x2", "textPayload": text.trim_end(), "timestamp": "2026-11-20T10:00:00.1Z", "severity": "ERROR"});
        format!("{record}\n")
    }),
    ("Google Cloud's JSON", |text| {
        let record =
            json!({"insertId": "1x2", "jsonPayload": {"message": text.trim_end(), "logger": "app"}, "timestamp": "2026-11-20T10:00:00.1Z"});
        format!("{record}\n")
    }),
    ("Google Cloud's list", |text| {
        let record = json!([{"insertId": "1x2", "textPayload": text.trim_end(), "timestamp": "2026-11-20T10:00:00.1Z"}]);
        serde_json::to_string_pretty(&record).expect("JSON") + "\n"
    }),
    ("JSON within JSON within JSON", |text| {
        let inner = json!({"level": "error", "msg": text.trim_end()}).to_string();
        let middle = json!({"log": inner + "\n", "stream": "stderr"}).to_string();
        format!("{}\n", json!({"message": middle, "@timestamp": "2026-11-20T10:00:00.1Z"}))
    }),
    ("logfmt", |text| {
        format!("ts=2026-11-20T10:00:00Z level=error caller=app.py:7 msg={:?}\n", text.trim_end())
    }),
    ("a spreadsheet", |text| {
        format!("\"2026-11-20T10:00:00Z\",\"web1\",\"{}\"\n", text.trim_end().replace('"', "\"\""))
    }),
    ("a fence", |text| format!("```\n{text}```\n")),
    ("inline code", |text| format!("`{}`\n", text.trim_end())),
    ("Jira", |text| format!("{{noformat}}\n{text}{{noformat}}\n")),
    ("a list of Markdown", |text| format!("- the error:\n\n{}", prefixed(text, "      "))),
    ("a terminal's record", |text| {
        format!(
            "\u{1b}[?2004h\u{1b}]0;app@web1: ~\u{7}app@web1:~$ python manage.py check\r\n\u{1b}[?2004l\r{}",
            text.replace('\n', "\r\n")
        )
    }),
    ("Windows' events", |text| {
        format!(
            "TimeCreated : 11/20/2026 10:00:00 AM\nProviderName: shop\nMessage     : {}",
            text.replace('\n', "\n              ")
        )
    }),
];

/// The same, where numbers stand before the line whose length is a part of the form: with longer ones it would be another.
pub const NUMBERED: &[(&str, Collector)] = &[
    ("stern", |text| prefixed(text, "web-7d9f8b6c5-x2x4z app ")),
    ("stern with times", |text| {
        prefixed(text, "web-7d9f8b6c5-x2x4z app 2026-11-20T10:00:00.123456789Z ")
    }),
    ("journald's short-unix", |text| {
        prefixed(text, "1795687200.123456 web1 gunicorn[77]: ")
    }),
    ("journald's short-monotonic", |text| {
        prefixed(text, "[ 8123.123456] web1 gunicorn[77]: ")
    }),
    ("TAI64", |text| prefixed(text, "@4000000065a1b2c3075bcd15 ")),
    ("aws logs tail", |text| {
        prefixed(text, "2026-11-20T10:00:00.123000+00:00 ecs/web/0f1e2d3c4b5a ")
    }),
    ("Fly", |text| prefixed(text, "2026-11-20T10:00:00.123 app[148e21a7] fra [info] ")),
    ("GitLab CI", |text| prefixed(text, "2026-11-20T10:00:00.123456Z 01O ")),
    ("logcli", |text| {
        prefixed(text, "2026-11-20T10:00:00Z {app=\"web\", namespace=\"shop\"} ")
    }),
    ("grep -n", |text| prefixed(text, "/var/log/app.log:81:")),
    ("cat -n", |text| prefixed(text, "    81\t")),
    ("PM2", |text| prefixed(text, "0|web  | ")),
    ("Foreman", |text| prefixed(text, "10:00:00 web.1  | ")),
];

fn prefixed(text: &str, prefix: &str) -> String {
    each(text, |line| format!("{prefix}{line}"))
}

fn each(text: &str, record: impl Fn(&str) -> String) -> String {
    text.lines().map(|line| record(line) + "\n").collect()
}
