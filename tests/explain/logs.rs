//! Whole logs: prefixes, tracebacks, groups, damage.

use dbdoctor::explain::scan::Scanner;

use crate::harness::{codes, counted, groups};

const REFUSED: &str = "connection to server at \"db.example.com\" (10.0.3.7), port 5432 failed: Connection refused";
const REJECTED: &str = "connection to server at \"10.0.3.7\", port 5432 failed: FATAL:  password authentication failed for user \"app\"";

/// The length of a line that nobody expects.
const LONG_LINE: usize = 20 << 20;

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
    assert_eq!(
        counted(&groups),
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
fn a_line_of_any_length_and_any_bytes_is_survived() {
    let block = b"x\0\xff\xfe\xc3 \0y".repeat(128 << 10);
    let mut scanner = Scanner::default();
    scanner.feed(b"ok\n");
    for _ in 0..LONG_LINE / block.len() {
        scanner.feed(&block);
    }
    scanner.feed(format!(" {REJECTED} ").as_bytes());
    for _ in 0..4 {
        scanner.feed(&block);
    }
    scanner.feed(format!("\n{REFUSED}\n").as_bytes());
    let groups = scanner.finish().groups;
    let seen: Vec<_> = groups
        .iter()
        .map(|group| (group.first.kind.code().to_string(), group.count, group.first.line))
        .collect();
    assert_eq!(
        seen,
        [("tcp/refused".to_owned(), 1, 3), ("auth/password-rejected".to_owned(), 1, 2)]
    );
}

#[test]
fn what_was_read_before_reads_as_it_would_anew() {
    let line = |time: &str, program: &str, message: &str| format!("Nov 20 10:00:{time} web1 {program}[{time}]: {message}\n");
    let vague = "[Errno 111] Connection refused";
    // Whose program it is decides, though the message is the same.
    let programs: String = (10..20)
        .flat_map(|time| ["postgres", "redis"].map(|program| line(&time.to_string(), program, vague)))
        .collect();
    // Details of the server's log are read each time, and so is the driver that stands near.
    let log = format!(
        "{programs}FATAL:  password authentication failed for user \"app\"\nINFO ok\n{vague}\n\
         FATAL:  password authentication failed for user \"app\"\nDETAIL:  Role \"app\" does not exist.\n\
         INFO ok\nINFO ok\nINFO asyncpg\n{vague}\n"
    );
    let groups = groups(log);
    assert_eq!(
        counted(&groups),
        [
            ("tcp/refused".to_owned(), 11, 1, 29),
            ("auth/password-rejected".to_owned(), 2, 21, 24)
        ]
    );
    assert_eq!(groups[1].first.facts.get("detail"), Some("Role \"app\" does not exist."));
    assert_eq!(groups[0].first.time.as_deref(), Some("Nov 20 10:00:10"));
}

#[test]
fn lines_of_one_shape_have_their_own_numbers() {
    let line = |hour: u8, port: u16, limit: u16| {
        format!(
            "2026-11-20 {hour}:00:00,001 ERROR [{port}] psycopg2.OperationalError: connection to server at \"10.0.3.{hour}\", port {port} failed: Connection refused\n\
             2026-11-20 {hour}:00:01,001 ERROR [{port}] QueuePool limit of size {limit} overflow 10 reached, connection timed out, timeout 30.00\n"
        )
    };
    let log = line(10, 5433, 5) + &line(11, 5434, 6) + &line(12, 64320, 70) + &line(13, 5436, 8);
    let told = |since: &str| {
        let mut scanner = Scanner::since(Some(since.to_owned()));
        scanner.feed(log.as_bytes());
        let groups = scanner.finish().groups;
        assert_eq!(groups.len(), 2);
        let (refused, exhausted) = (&groups[0], &groups[1]);
        assert_eq!(refused.last_time.as_deref(), Some("2026-11-20 13:00:00,001"));
        assert_eq!(exhausted.last_time.as_deref(), Some("2026-11-20 13:00:01,001"));
        let fact = |name| refused.first.facts.get(name).unwrap_or_default().to_owned();
        let excerpt = exhausted.first.excerpt.split(" overflow").next().unwrap_or_default().to_owned();
        let first = refused.first.time.clone().unwrap_or_default();
        (refused.count, first[11..16].to_owned(), fact("address"), fact("port"), excerpt)
    };
    let expected = |count, hour: &str, address: &str, port: &str, limit: &str| {
        let excerpt = format!("ERROR [{port}] QueuePool limit of size {limit}");
        (count, format!("{hour}:00"), address.to_owned(), port.to_owned(), excerpt)
    };
    assert_eq!(told("2026-11-20 00:00:00"), expected(4, "10", "10.0.3.10", "5433", "5"));
    assert_eq!(told("2026-11-20 10:30:00"), expected(3, "11", "10.0.3.11", "5434", "6"));
    assert_eq!(told("2026-11-20 11:30:00"), expected(2, "12", "10.0.3.12", "64320", "70"));
}

#[test]
fn a_password_with_a_slash_is_known_by_the_parser_that_stands_above() {
    let log = "Traceback (most recent call last):
  File \"/v/lib/python3.11/site-packages/environ/environ.py\", line 390, in db_url_config
    config[\"PORT\"] = url.port
  File \"/usr/lib/python3.11/urllib/parse.py\", line 180, in port
    raise ValueError(f\"Port could not be cast to integer value as {port!r}\")
ValueError: Port could not be cast to integer value as 'p'
";
    assert_eq!(codes(log), ["config/invalid-value"]);
    assert_eq!(
        codes(log.replace("environ/environ.py", "redis/connection.py")),
        Vec::<String>::new()
    );
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

#[test]
fn what_came_over_a_socket_is_let_in_by_a_local_line() {
    for text in [
        "FATAL:  Peer authentication failed for user \"app\"",
        "FATAL:  no pg_hba.conf entry for host \"[local]\", user \"app\", database \"shop\", no encryption",
    ] {
        let remedy = groups(text)[0].finding().remedy.expect("a remedy");
        let steps = remedy.steps.into_iter();
        let said: Vec<String> = steps.map(|step| step.run.unwrap_or(step.text)).collect();
        let said = said.join("\n");
        assert!(said.contains("local ") && !said.contains("ADDRESS"), "{said}");
    }
}

#[test]
fn what_is_older_is_left_out_and_a_traceback_has_the_time_above_it() {
    let log = format!(
        "[2026-11-20 10:00:00 +0000] [7] [ERROR] failed\nTraceback (most recent call last):\n  File \"x.py\", line 1\npsycopg2.OperationalError: {REFUSED}\n\
         [2026-11-20 12:30:00 +0000] [7] [ERROR] failed\nTraceback (most recent call last):\n  File \"x.py\", line 1\npsycopg2.OperationalError: {REJECTED}\n"
    );
    let told = |since: Option<&str>| {
        let mut scanner = Scanner::since(since.map(str::to_owned));
        scanner.feed(log.as_bytes());
        scanner.finish().groups
    };
    let all = told(None);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].first.time.as_deref(), Some("2026-11-20 10:00:00 +0000"));
    let late = told(Some("2026-11-20 12:00:00"));
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].first.kind.code().to_string(), "auth/password-rejected");
}

#[test]
fn what_only_the_servers_log_says_is_kept() {
    let log = "2026-11-20 10:00:00.1 UTC [7] 28P01 app@shop FATAL:  password authentication failed for user \"app\"
2026-11-20 10:00:00.1 UTC [7] 28P01 app@shop DETAIL:  Role \"app\" does not exist.
\tConnection matched pg_hba.conf line 7: \"host all all 0.0.0.0/0 scram-sha-256\"
";
    assert_eq!(codes(log), ["auth/password-rejected"]);
    assert_eq!(groups(log)[0].first.facts.get("detail"), Some("Role \"app\" does not exist."));
}

#[test]
fn what_a_later_message_names_may_show_that_the_settings_are_at_fault() {
    let log = "Traceback (most recent call last):
  File \"/v/site-packages/pg8000/core.py\", line 227, in make_socket
    sock = socket.create_connection((host, port), timeout)
socket.gaierror: [Errno -2] Name or service not known

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"/v/site-packages/pg8000/core.py\", line 234, in make_socket
    raise InterfaceError(
pg8000.exceptions.InterfaceError: Can't create a connection to host ss@127.0.0.1 and port 5432 (timeout is None and source_address is None).
";
    assert_eq!(codes(log), ["config/unencoded-password"]);
}

#[test]
fn other_services_are_named_with_the_log_to_read_next() {
    let mut scanner = Scanner::default();
    scanner.feed(
        b"ok\n2026/11/20 10:00:00 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.9\n\
          redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.\n\
          <head><title>502 Bad Gateway</title></head>\r\n",
    );
    let told = scanner.finish();
    assert!(told.groups.is_empty());
    let met: Vec<(&str, u64)> = told.strangers.iter().map(|(stranger, line)| (&stranger.what[..5], line)).collect();
    assert_eq!(met, [("nginx", 2), ("a web", 4), ("Redis", 3)]);
}

#[test]
fn records_of_collectors_are_taken_apart() {
    let bytes: Vec<String> = format!("\u{1b}[31mpsycopg2.OperationalError: {REJECTED}\u{1b}[0m")
        .bytes()
        .map(|byte| byte.to_string())
        .collect();
    let quoted = REJECTED.replace('"', "\\\"");
    let twice = quoted.replace('\\', "\\\\").replace('"', "\\\"");
    for log in [
        format!("{{\"__REALTIME_TIMESTAMP\":\"1795687200000000\",\"_PID\":\"7\",\"MESSAGE\":[{}]}}", bytes.join(",")),
        format!("{{\"log\":\"psycopg2.OperationalError: {quoted}\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T10:00:00.1Z\"}}"),
        format!("{{\"log\":\"{{\\\"message\\\": \\\"{twice}\\\", \\\"level\\\": \\\"error\\\"}}\\n\",\"stream\":\"stderr\"}}"),
        format!("{{\"asctime\": \"2026-11-20 10:00:00,123\", \"levelname\": \"ERROR\", \"message\": \"boom\", \"exc_info\": \"Traceback (most recent call last):\\n  File \\\"x.py\\\", line 1\\npsycopg2.OperationalError: {quoted}\"}}"),
        "{\"timestamp\":\"2026-11-20 10:00:00.123 UTC\",\"user\":\"app\",\"dbname\":\"shop\",\"pid\":7,\"error_severity\":\"FATAL\",\"state_code\":\"28P01\",\"message\":\"password authentication failed for user \\\"app\\\"\",\"detail\":\"Role \\\"app\\\" does not exist.\"}".to_owned(),
        "2026-11-20 10:00:00.123 UTC,\"app\",\"shop\",7,\"10.0.0.9:50000\",6565,1,\"authentication\",2026-11-20 10:00:00 UTC,3/1,0,FATAL,28P01,\"password authentication failed for user \"\"app\"\"\",\"Connection matched pg_hba.conf line 7\",,,,,,,,\"\",\"client backend\",,0".to_owned(),
        "2026-11-20T10:00:00.1Z stderr P psycopg2.OperationalError: connection to server at \"10.0.3.7\", port 5432 failed: FATAL:  password authen\n2026-11-20T10:00:00.1Z stderr F tication failed for user \"app\"\n".to_owned(),
    ] {
        assert_eq!(codes(&log), ["auth/password-rejected"], "{log}");
    }
}

#[test]
fn a_message_that_a_frame_breaks_is_put_together() {
    let panel = "\
╭─────────────────────────────── Error ────────────────────────────────╮
│ connection to server at \"10.0.3.7\", port 5432 failed: FATAL:  password │
│ authentication failed for user \"app\"                                  │
╰──────────────────────────────────────────────────────────────────────╯
";
    assert_eq!(codes(panel), ["auth/password-rejected"]);
    let narrow = "\
╭──────────────────────────╮
│ FATAL: role \"reporting\" d│
│ oes not exist            │
╰──────────────────────────╯
";
    assert_eq!(codes(narrow), ["auth/role-missing"]);
}

#[test]
fn what_the_words_leave_open_is_listed_with_the_checks() {
    for text in [
        "FATAL: no pg_hba.conf entry for host \"10.1.2.3\", user \"app\", database \"shop\", no encryption",
        "FATAL: sorry, too many clients already",
        "ERROR: cannot execute INSERT in a read-only transaction",
    ] {
        let finding = groups(text)[0].finding();
        assert!(finding.candidates.len() > 1, "{text}");
        for (at, candidate) in finding.candidates.iter().enumerate() {
            let others = &finding.candidates[..at];
            assert!(!candidate.check.is_empty(), "{text}");
            assert!(!others.iter().any(|other| other.check == candidate.check), "{text}");
        }
        assert!(!finding.detail.contains("the database the database"), "{}", finding.detail);
    }
}

#[test]
fn what_failures_of_one_kind_differ_in_is_named() {
    let denied = |table: &str| format!("psycopg2.errors.InsufficientPrivilege: permission denied for table {table}\n\n");
    let log: String = ["orders", "customers", "invoices", "customers", "payments", "refunds"]
        .map(denied)
        .concat();
    let groups = groups(log);
    assert_eq!(groups[0].count, 6);
    assert_eq!(
        groups[0].others(),
        ["table: also \"customers\", \"invoices\", \"payments\" and 1 more"]
    );
}

#[test]
fn a_cause_that_the_message_denies_is_not_listed() {
    let causes = |encryption: &str| {
        let text = format!("FATAL:  no pg_hba.conf entry for host \"10.1.2.3\", user \"app\", database \"shop\", {encryption}\n");
        let candidates = groups(text)[0].finding().candidates;
        let causes: Vec<String> = candidates.into_iter().map(|candidate| candidate.cause).collect();
        causes.join("; ")
    };
    assert!(causes("no encryption").contains("with TLS only"));
    assert!(!causes("SSL encryption").contains("hostssl"));
    assert!(causes("SSL encryption").contains("not covered"));
}

#[test]
fn a_secret_is_masked_before_a_long_line_is_cut() {
    for length in [20, 100, 150, 200, 2000] {
        let secret = "Canary".repeat(length / 6);
        for settings in [
            format!("password='{secret}'"),
            format!("postgresql://app:{secret}@db/shop"),
            format!("'token': '{secret}'"),
        ] {
            let log = format!("ERROR with {settings} sslmode=require application_name=web: FATAL:  database \"nope\" does not exist\n");
            let group = &groups(&log)[0];
            assert!(!group.first.excerpt.contains("Canary"), "{}", group.first.excerpt);
            assert!(
                group.first.excerpt.contains("database \"nope\" does not exist"),
                "{}",
                group.first.excerpt
            );
        }
    }
}

/// A connection string that was given for a role's name comes back in the refusal.
#[test]
fn a_password_in_a_role_is_shown_nowhere() {
    let role = |role: &str| format!("psycopg2.OperationalError: FATAL:  role \"{role}\" does not exist\nINFO ok\n");
    let url = role("postgresql://app:canary@db/shop");
    for log in [format!("{}{}{}", role("one"), role("app:canary@db"), url), url] {
        for group in groups(&log) {
            // The excerpt stands for the finding's own evidence.
            let finding = group.finding();
            let told = format!(
                "{:?}{}{}{:?}{}",
                group.others(),
                finding.title,
                finding.detail,
                finding.remedy,
                group.first.excerpt
            );
            assert!(!told.contains("canary"), "{told}");
        }
    }
    let azure = groups(role("app@server"));
    assert!(azure[0].finding().title.contains("app@server"), "{:?}", azure[0].finding());
}
