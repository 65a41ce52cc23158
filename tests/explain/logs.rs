//! Whole logs: prefixes, tracebacks, groups, damage.

use crate::harness::{codes, groups};

const REFUSED: &str = "connection to server at \"db.example.com\" (10.0.3.7), port 5432 failed: Connection refused";
const REJECTED: &str = "connection to server at \"10.0.3.7\", port 5432 failed: FATAL:  password authentication failed for user \"app\"";

#[test]
fn a_traceback_counts_once_by_its_cause() {
    let log = "2026-11-20 10:00:00,001 ERROR [app] Exception on /orders [GET]
Traceback (most recent call last):
  File \"/srv/venv/lib/python3.11/site-packages/asyncpg/connect_utils.py\", line 934, in __connect_addr
    tr, pr = await connector
  File \"/usr/lib/python3.11/asyncio/base_events.py\", line 1050, in create_connection
    infos = await self._ensure_resolved(
socket.gaierror: [Errno -2] Name or service not known

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"/srv/venv/lib/python3.11/site-packages/sqlalchemy/pool/base.py\", line 712, in checkout
    rec = pool._do_get()
sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00
2026-11-20 10:00:01,001 INFO [app] GET /health 200
";
    assert_eq!(codes(log), ["dns/name-not-found"]);
    assert_eq!(groups(log)[0].first.line, 7);
}

#[test]
fn the_innermost_library_says_whose_error_it_is() {
    let log = "Traceback (most recent call last):
  File \"/srv/venv/lib/python3.11/site-packages/django/db/backends/postgresql/base.py\", line 10, in cached
    return cache.get(key)
  File \"/srv/venv/lib/python3.11/site-packages/redis/connection.py\", line 357, in connect
    sock = self._connect()
ConnectionRefusedError: [Errno 111] Connection refused
";
    assert_eq!(codes(log), Vec::<String>::new());
}

#[test]
fn of_several_attempts_the_one_that_got_furthest_counts() {
    assert_eq!(
        codes(format!(
            "{REFUSED}\n\tIs the server running on that host and accepting TCP/IP connections?\n{REJECTED}\n"
        )),
        ["auth/password-rejected"]
    );
    let unreachable = REFUSED.replace("Connection refused", "Network is unreachable");
    assert_eq!(codes(format!("{unreachable}\n{REFUSED}\n")), ["tcp/refused"]);
}

#[test]
fn groups_are_counted_and_the_lowest_layer_comes_first() {
    let log = format!(
        "Nov 20 10:00:00 web1 gunicorn[7]: psycopg2.OperationalError: {REJECTED}\n\
         Nov 20 10:00:05 web1 gunicorn[7]: INFO all is well\n\
         Nov 20 10:00:07 web1 gunicorn[8]: psycopg2.OperationalError: {REJECTED}\n\
         Nov 20 10:00:09 web1 gunicorn[8]: psycopg2.OperationalError: {REFUSED}\n"
    );
    let groups = groups(log);
    let seen: Vec<_> = groups
        .iter()
        .map(|group| (group.first.kind.code().to_string(), group.count, group.first.line, group.last_line))
        .collect();
    assert_eq!(
        seen,
        [("tcp/refused".to_owned(), 1, 4, 4), ("auth/password-rejected".to_owned(), 2, 1, 3)]
    );
    assert_eq!(groups[1].first.time.as_deref(), Some("Nov 20 10:00:00"));
    assert_eq!(groups[1].last_time.as_deref(), Some("Nov 20 10:00:07"));
    assert_eq!(groups[0].first.facts.get("host"), Some("db.example.com"));
    assert_eq!(groups[0].first.facts.get("address"), Some("10.0.3.7"));
}

#[test]
fn prefixes_and_damage_hide_nothing() {
    let quoted = REJECTED.replace('"', "\\\"");
    for log in [
        format!("2026-11-20T10:00:00.123456789Z stdout F psycopg2.OperationalError: {REJECTED}"),
        format!("web-1  | django.db.utils.OperationalError: {REJECTED}"),
        format!("{{\"__REALTIME_TIMESTAMP\":\"1795687200000000\",\"_PID\":\"7\",\"MESSAGE\":\"psycopg2.OperationalError: {quoted}\"}}"),
        format!(
            "{{\"level\":\"error\",\"event\":\"request failed\",\"exception\":\"Traceback (most recent call last):\\n  File \\\"x.py\\\"\\npsycopg2.OperationalError: {quoted}\\n\"}}"
        ),
        format!("Traceback (most recent call last):#012  File \"x.py\"#012psycopg2.OperationalError: {REJECTED}#012"),
        format!("level=error msg=\"db down\" err=\"{quoted}\""),
        format!("ERROR b'{REJECTED}\\n'"),
        format!("\u{1b}[31mERROR\u{1b}[0m psycopg2.OperationalError: {REJECTED}\r"),
        format!("{}\0\u{fffd} {REJECTED}", "x".repeat(3_000_000)),
        "psycopg2.OperationalError: FATAL:  password authentication failed for user “app”".to_owned(),
        REJECTED.replace("at \"10.0.3.7\", port 5432 failed: ", "at \"10.0.3.7\", port 5432\nfailed: "),
    ] {
        assert_eq!(codes(&log), ["auth/password-rejected"], "{}", &log[..log.len().min(300)]);
    }
    let mut bytes = b"\xff\xfe\0\n".to_vec();
    bytes.extend_from_slice(REJECTED.as_bytes());
    bytes.extend_from_slice(b"\n\xc3\n");
    assert_eq!(codes(bytes), ["auth/password-rejected"]);
}

#[test]
fn secrets_are_masked() {
    for (log, secret) in [
        (
            "could not translate host name \"hunter2@db.example.com\" to address: Name or service not known",
            "hunter2",
        ),
        (
            "missing \"=\" after \"postgresql+psycopg2://app:hunter2@db/shop\" in connection info string",
            "hunter2",
        ),
        ("invalid percent-encoded token: \"hunter%2\"", "hunter"),
        ("invalid integer value \"hunter2\" for connection option \"port\"", "hunter2"),
        (
            "unexpected spaces found in \"hunter 2\", use percent-encoded spaces (%20) instead",
            "hunter",
        ),
        (
            "host=db password=hunter2: connection to server at \"db\", port 5432 failed: FATAL:  role \"x\" does not exist",
            "hunter2",
        ),
    ] {
        let groups = groups(log);
        assert_eq!(groups.len(), 1, "{log}");
        let finding = groups[0].finding();
        let mut shown = format!("{} {finding:?}", groups[0].first.excerpt);
        for (_, value) in groups[0].first.facts.shown() {
            shown += &value;
        }
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn nothing_to_paste_holds_what_the_log_does_not_tell() {
    for group in groups(
        "FATAL:  sorry, too many clients already\npermission denied for table orders\nno pg_hba.conf entry for host \"10.0.0.4\", user \"app\"",
    ) {
        for step in group.finding().remedy.into_iter().flat_map(|remedy| remedy.steps) {
            assert!(!step.run.unwrap_or_default().contains('<'), "{}", step.text);
        }
    }
}
