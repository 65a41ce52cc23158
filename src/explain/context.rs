//! What stands around a line: whose driver raised the error, and which lines belong to one message or traceback.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{clean, prefix, times};

/// What is another's whatever else stands in the line: an address that was asked for, a package that was to be installed.
const SURELY_OTHERS: &[&str] = &["urllib3", "pip._vendor", "upstream: ", "sshd["];

/// Words that only PostgreSQL, its drivers and its poolers bring into a log, in lower case.
const OURS: &[&str] = &[
    "asyncpg",
    "psycopg",
    "pg8000",
    "aiopg",
    "tokio_postgres",
    "tokio-postgres",
    "postgresql:/",
    "postgresql+",
    "postgres://",
    "backends/postgresql",
    "dialects/postgresql",
    "org.postgresql",
    "pgbouncer",
    "pgcat",
    "libpq",
    "connection to server at",
    "pooler error",
    "node_modules/pg",
    "npgsql",
    "postgrex",
    "dj_database_url",
    "/environ/",
    "db error",
    "5432)",
    "5432,",
    ":5432",
];

/// Words that may also be a host's, a user's or a path's, in lower case: they count where nothing else tells.
const NAMES: &[&str] = &["postgres", "odyssey"];

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
    "curl: (",
    "ping: ",
];

/// How many lines of a traceback are read back.
const FRAMES: usize = 400;
/// How many neighbours of a line count where there is no traceback.
const NEIGHBOURS: usize = 2;

/// How many lines of code stand between two frames.
const CODE: usize = 3;

/// All words, those that settle it first.
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build([SURELY_OTHERS, OURS, OTHERS, NAMES].into_iter().flatten());
    words.expect("a few short words fit")
});

/// Whose word stands in a line; of several the one that is surest counts.
#[must_use]
pub fn owner(line: impl AsRef<[u8]>) -> Option<bool> {
    const THEIRS: usize = SURELY_OTHERS.len();
    const DRIVERS: usize = THEIRS + OURS.len();
    const SERVICES: usize = DRIVERS + OTHERS.len();
    let mut found = usize::MAX;
    for word in WORDS.find_overlapping_iter(line.as_ref()) {
        found = found.min(word.pattern().as_usize());
        if found < THEIRS {
            break;
        }
    }
    match found {
        usize::MAX => None,
        found => Some((THEIRS..DRIVERS).contains(&found) || found >= SERVICES),
    }
}

/// Whether a PostgreSQL driver stands near: in the line itself, else in the innermost library frame of the traceback that ends there, else in
/// the lines beside it. `before` ends where the line begins, `after` begins behind it.
#[must_use]
pub fn near_driver<'t>(before: impl FnOnce() -> Cow<'t, str>, line: &str, after: impl FnOnce() -> Cow<'t, str>) -> bool {
    if let Some(ours) = owner(line) {
        return ours;
    }
    let before = before();
    let above = before.lines().rev().take(FRAMES).flat_map(from_below);
    let mut in_traceback = false;
    // Some collectors take the indentation away: then a line counts as code once the frame above it is seen.
    let mut unsettled = 0;
    for (distance, frame) in above.enumerate() {
        if frame.starts_with("Traceback (most recent call last)") {
            break;
        }
        let is_frame = is_frame(&frame);
        let names_file = frame.trim_start().starts_with("File \"");
        if !(names_file || is_frame) {
            unsettled += 1;
        } else if names_file && unsettled > 0 {
            if frame.starts_with(' ') {
                break;
            }
            unsettled = 0;
        }
        in_traceback |= names_file;
        if unsettled > CODE && (in_traceback || distance >= NEIGHBOURS) {
            break;
        }
        if (names_file || !in_traceback && (is_frame || distance < NEIGHBOURS))
            && let Some(ours) = owner(frame.as_ref())
        {
            return ours;
        }
    }
    !in_traceback && after().lines().take(NEIGHBOURS).find_map(owner).unwrap_or(false)
}

/// The lines of a record as its program wrote them, the last first.
fn from_below(line: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let lines: Vec<Cow<'_, str>> = match plain(line) {
        Cow::Borrowed(text) => vec![Cow::Borrowed(text)],
        Cow::Owned(text) => text.lines().map(|line| Cow::Owned(line.to_owned())).collect(),
    };
    lines.into_iter().rev()
}

/// A line without what stands before its message. The message of a JSON record may have several lines.
fn plain(line: &str) -> Cow<'_, str> {
    let is_packed = line.starts_with('{') || line.contains('\u{1b}') || line.contains("&quot;");
    if !is_packed {
        return Cow::Borrowed(prefix::strip(line).rest);
    }
    let record = clean::record(line.as_bytes());
    Cow::Owned(prefix::strip(&record).rest.to_owned())
}

/// Whether a line can stand inside of a traceback.
fn is_frame(line: &str) -> bool {
    line.is_empty() || line.starts_with([' ', '\t']) || is_mark(line)
}

/// `^^^^^^`, below the part of a line that was running.
fn is_mark(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|byte| matches!(byte, b'^' | b'~' | b' '))
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

/// Judges the lines between two matches, and the beginning of the second one's line; the first was written at `since`.
#[must_use]
pub fn bond(between: &[u8], line: &[u8], since: Option<&str>) -> Bond {
    let line = String::from_utf8_lossy(line);
    let own = plain(&line);
    let moment = match prefix::strip(&line).time {
        None => Moment::Untold,
        Some(time) if since.is_some_and(|since| times::is_same_second(since, time)) => Moment::Same,
        Some(_) => Moment::Later,
    };
    let between = String::from_utf8_lossy(between.strip_suffix(b"\n").unwrap_or(between));
    let lines: Vec<Cow<'_, str>> = between
        .split('\n')
        .flat_map(|line| from_below(line).collect::<Vec<_>>().into_iter().rev())
        .collect();
    if continues_message(&own, moment) && lines.iter().all(|line| continues(line)) {
        return Bond::Message;
    }
    let mut chained = false;
    let mut framed = false;
    let mut is_code = false;
    for line in &lines {
        let text = line.trim_start();
        if text.starts_with("The above exception was the direct cause") || text.starts_with("During handling of the above exception") {
            chained = true;
        } else if text.starts_with("Traceback (most recent call last)") || text.starts_with("+ Exception Group Traceback") {
            if !chained {
                return Bond::None;
            }
            framed = true;
        } else if !(continues(line) || framed && (is_code || is_exception(text) || line.starts_with("File \""))) {
            return Bond::None;
        }
        is_code = line.starts_with("File \"");
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

/// When a line was written, beside the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Untold,
    Same,
    Later,
}

fn continues_message(line: &str, moment: Moment) -> bool {
    /// What follows within libpq's messages alone.
    const ATTEMPTS: &[&str] = &[
        "connection to server ",
        "could not connect to server",
        "SSL SYSCALL",
        "- host:",
        "server closed the connection unexpectedly",
        "SSL connection has been closed unexpectedly",
    ];
    let starts = || ATTEMPTS.iter().any(|start| line.starts_with(start));
    continues(line) && !line.is_empty()
        || match moment {
            Moment::Untold => starts() || line.starts_with("FATAL:"),
            Moment::Same => starts(),
            Moment::Later => false,
        }
}

fn is_exception(line: &str) -> bool {
    let name = line.split([':', ' ']).next().unwrap_or_default();
    !name.is_empty()
        && name.contains(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
}
