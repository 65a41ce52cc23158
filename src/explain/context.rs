//! What stands around a line: whose driver raised the error, and which lines belong to one message or traceback.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{lines, prefix};

/// Words that only PostgreSQL, its drivers and its poolers bring into a log, in lower case.
const OURS: &[&str] = &[
    "asyncpg",
    "psycopg",
    "pg8000",
    "aiopg",
    "tokio_postgres",
    "tokio-postgres",
    "postgres",
    "pgbouncer",
    "pgcat",
    "odyssey",
    "libpq",
    "connection to server at",
    "pooler error",
    "dj_database_url",
    "/environ/",
    "db error",
    "5432)",
    "5432,",
    ":5432",
];

/// Words of clients of other servers, in lower case.
const OTHERS: &[&str] = &[
    "redis",
    "valkey",
    "mysql",
    "mariadb",
    "mongo",
    "amqp",
    "pika",
    "kombu",
    "rabbit",
    "smtp",
    "imap",
    "ldap",
    "elastic",
    "opensearch",
    "kafka",
    "memcache",
    "urllib3",
    "urllib.request",
    "urllib/request",
    "urllib.error",
    "requests",
    "httpx",
    "httpcore",
    "aiohttp",
    "http",
    "botocore",
    "boto3",
    "cassandra",
    "nats",
    "zookeeper",
    "consul",
    "etcd",
    "sentry",
    "upstream",
    "grpc",
    "websocket",
    "clickhouse",
    "oracle",
    "pyodbc",
    "sqlite",
    "paramiko",
    "ssh",
    "celery",
    "docker",
    "snmp",
];

/// Every word that says whose a line is.
pub fn words() -> impl Iterator<Item = &'static str> {
    OURS.iter().chain(OTHERS).copied()
}

/// How many lines of a traceback are read back.
const FRAMES: usize = 400;
/// How many neighbours of a line count where there is no traceback.
const NEIGHBOURS: usize = 2;

static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words());
    words.expect("a few short words fit")
});

/// Whose word stands in a line; a word of ours counts more.
#[must_use]
pub fn owner(line: impl AsRef<[u8]>) -> Option<bool> {
    let mut found = None;
    for word in WORDS.find_overlapping_iter(line.as_ref()) {
        if word.pattern().as_usize() < OURS.len() {
            return Some(true);
        }
        found = Some(false);
    }
    found
}

/// Whether a PostgreSQL driver stands near: in the line itself, else in the innermost library frame of the traceback that ends there, else in
/// the lines beside it. `before` begins with the nearest line above, `after` with the nearest below.
#[must_use]
pub fn near_driver<'l, B>(before: impl FnOnce() -> B, line: &str, after: impl Iterator<Item = &'l [u8]>) -> bool
where
    B: Iterator<Item = &'l [u8]>,
{
    if let Some(ours) = owner(line) {
        return ours;
    }
    let mut in_traceback = false;
    for (distance, line) in before().take(FRAMES).enumerate() {
        let line = String::from_utf8_lossy(line);
        let frame = prefix::strip(&line).rest.trim_end_matches('\r');
        if frame.starts_with("Traceback (most recent call last)") {
            break;
        }
        in_traceback |= frame.trim_start().starts_with("File \"");
        if !is_frame(frame) && (in_traceback || distance >= NEIGHBOURS) {
            break;
        }
        if (frame.trim_start().starts_with("File \"") || !in_traceback)
            && let Some(ours) = owner(frame)
        {
            return ours;
        }
    }
    !in_traceback && after.take(NEIGHBOURS).find_map(owner).unwrap_or(false)
}

/// Whether a line can stand inside of a traceback.
fn is_frame(line: &str) -> bool {
    line.is_empty() || line.starts_with([' ', '\t'])
}

/// How a line that holds a match is bound to the match before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bond {
    /// It begins something new.
    None,
    /// It belongs to the same message: another attempt, a detail.
    Message,
    /// It belongs to the same traceback: what was raised from it.
    Chain,
}

/// Judges the lines between two matches, and the beginning of the second one's line.
#[must_use]
pub fn bond(between: &[u8], line: &[u8]) -> Bond {
    let line = String::from_utf8_lossy(line);
    let own = prefix::strip(&line);
    let lines = || lines::forward(between).map(String::from_utf8_lossy);
    if continues_message(own.rest, own.time.is_some()) && lines().all(|line| continues(prefix::strip(&line).rest)) {
        return Bond::Message;
    }
    let mut chained = false;
    let mut framed = false;
    for line in lines() {
        let rest = prefix::strip(&line).rest;
        let text = rest.trim_start();
        if text.starts_with("The above exception was the direct cause") || text.starts_with("During handling of the above exception") {
            chained = true;
        } else if text.starts_with("Traceback (most recent call last)") || text.starts_with("+ Exception Group Traceback") {
            if !chained {
                return Bond::None;
            }
            framed = true;
        } else if !(continues(rest) || (framed && is_exception(text))) {
            return Bond::None;
        }
    }
    if chained { Bond::Chain } else { Bond::None }
}

/// Whether a line goes on with a message that began before.
#[must_use]
pub fn continues(line: &str) -> bool {
    const STARTS: &[&str] = &[
        "DETAIL:",
        "HINT:",
        "LINE ",
        "CONTEXT:",
        "QUERY:",
        "STATEMENT:",
        "[SQL:",
        "[parameters:",
        "(Background on",
        "To fix them",
        "- host:",
        "Multiple connection attempts",
        "Either provide",
        "This may indicate",
        "This probably means",
        "Is the server running",
        "SSL SYSCALL",
    ];
    is_frame(line) || STARTS.iter().any(|start| line.starts_with(start))
}

fn continues_message(line: &str, timed: bool) -> bool {
    const STARTS: &[&str] = &[
        "connection to server ",
        "could not connect to server",
        "FATAL:",
        "SSL SYSCALL",
        "- host:",
    ];
    continues(line) && !line.is_empty() || !timed && STARTS.iter().any(|start| line.starts_with(start))
}

fn is_exception(line: &str) -> bool {
    let name = line.split([':', ' ']).next().unwrap_or_default();
    !name.is_empty()
        && name.contains(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
}
