//! Whose driver raised an error: the word that stands in a line, or near it.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::traceback::{self, CODE, FRAMES, TRACEBACK};

/// What is another's whatever else stands in the line: an address that was asked for, a package that was to be installed.
const SURELY_OTHERS: &[&str] = &[
    "urllib3",
    "pip._vendor",
    "upstream: ",
    "sshd[",
    "data from client: ",
    "data to client: ",
];

/// Words that only PostgreSQL, its drivers and its poolers bring into a log, in lower case.
const OURS: &[&str] = &[
    "asyncpg",
    "psycopg",
    "psqlpy",
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
    "pq: ",
    "jackc/",
    "lib/pq",
    "pgxpool",
    "sqlx_postgres",
    "sqlx::postgres",
    "sqlx-postgres",
    "diesel::pg",
    "pgconnection",
    "pgdatabaseerror",
    "dberror {",
    "error { kind: connect, cause: some(",
    "error { kind: io, cause: some(",
    "dbd::pg",
    "pdo_pgsql",
    "pgsql:host=",
    "(connection: pgsql",
    "pg::",
    "qpsql",
    "connection to server at",
    "accepting tcp/ip connections",
    "{'s': 'fatal'",
    "{'s': 'error'",
    "pooler error",
    "error connecting to server",
    "node_modules/pg",
    "client_pg.",
    "failed to connect to `host=",
    "failed to connect to `user=",
    "npgsql",
    "@neondatabase",
    ".neon.tech",
    "pooler.supabase.",
    ".supabase.co:",
    "postgrex",
    "dj_database_url",
    "/environ/",
    "db error",
    "5432)",
    "`5432`",
    "pris.ly/d/connection-pool",
    "5432,",
    ":5432",
];

/// Words that may also be a host's, a user's, a path's or another database's, in lower case: they count where nothing else tells.
const NAMES: &[&str] = &[
    "postgres",
    "odyssey",
    "prisma",
    "activerecord::",
    "dbconnection.connectionerror",
    "db_connection",
    "error communicating with database",
    "error communicating with the server",
    "error returned from database",
    "attempting to establish a tls connection",
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
    "curl: (",
    "ness probe failed",
    ":3306",
    "`3306`",
    ":6379",
    ":27017",
    ":5672",
    ":9092",
    ":11211",
    ":1433",
    ":1521",
    "ping: ",
];

/// Every word that says whose a line is.
pub fn words() -> impl Iterator<Item = &'static str> {
    [SURELY_OTHERS, OURS, OTHERS, NAMES].into_iter().flatten().copied()
}

/// How many neighbours of a line count where there is no traceback.
const NEIGHBOURS: usize = 2;

/// All words, those that settle it first.
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .match_kind(MatchKind::LeftmostLongest)
        .build(words());
    words.expect("a few short words fit")
});

/// Whose word stands in a line; of several the one that is surest counts.
#[must_use]
pub fn owner(line: impl AsRef<[u8]>) -> Option<bool> {
    const THEIRS: usize = SURELY_OTHERS.len();
    const DRIVERS: usize = THEIRS + OURS.len();
    const SERVICES: usize = DRIVERS + OTHERS.len();
    let mut found = usize::MAX;
    // No word stands inside of a less sure one, and of two that begin alike the longer is meant.
    for word in WORDS.find_iter(line.as_ref()) {
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
/// the lines beside it. `before` begins with the nearest line above, `after` with the nearest below.
#[must_use]
pub fn near_driver<'l, B>(before: impl FnOnce() -> B, line: impl AsRef<[u8]>, after: impl Iterator<Item = &'l [u8]>) -> bool
where
    B: Iterator<Item = &'l [u8]>,
{
    if let Some(ours) = owner(line) {
        return ours;
    }
    let above = before().take(FRAMES).flat_map(|line| traceback::written(line).rev());
    let mut in_traceback = false;
    let mut neighbours = NEIGHBOURS;
    // Some collectors take the indentation away: then a line counts as code once the frame above it is seen.
    let mut unsettled = 0;
    for (distance, frame) in above.enumerate() {
        if frame.starts_with(TRACEBACK) {
            break;
        }
        let is_frame = traceback::is_frame(&frame);
        let names_file = traceback::names_file(&frame);
        // Rust's chains have a blank line above it, and what the cause brought about above that.
        if frame == "Caused by:" {
            neighbours += 2;
        }
        if !(names_file || is_frame) {
            unsettled += 1;
        } else if names_file && unsettled > 0 {
            if frame.starts_with(' ') {
                break;
            }
            unsettled = 0;
        }
        in_traceback |= names_file;
        if unsettled > CODE && (in_traceback || distance >= neighbours) {
            break;
        }
        let counts = names_file || !in_traceback && (is_frame || distance < neighbours);
        if counts
            && !traceback::is_numbered(&frame)
            && let Some(ours) = owner(frame.as_bytes())
        {
            return ours;
        }
    }
    // Java's frames, .NET's and those of JavaScript stand below the message.
    let is_called = |line: &[u8]| traceback::plain(line).trim_start().starts_with("at ");
    let below = after.take(FRAMES).enumerate();
    !in_traceback
        && below
            .take_while(|(distance, line)| *distance < NEIGHBOURS || is_called(line))
            .find_map(|(_, line)| owner(line))
            .unwrap_or(false)
}
