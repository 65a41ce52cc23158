//! What stands around a line: whose driver raised the error, and which lines belong to one message or traceback.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::{memchr, memchr2, memmem};

use super::few::Few;
use super::{clean, lines, pooler, prefix, times, translations};

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

/// How Python begins a traceback.
pub const TRACEBACK: &str = "Traceback (most recent call last)";

/// How many lines of a traceback are read back.
const FRAMES: usize = 400;
/// How many neighbours of a line count where there is no traceback.
const NEIGHBOURS: usize = 2;

/// How many lines of code stand between two frames.
const CODE: usize = 3;

static QUOTED: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("&quot;"));
static ADDITIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| translations::additions().collect());
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
    let above = before().take(FRAMES).flat_map(|line| written(line).rev());
    let mut in_traceback = false;
    let mut neighbours = NEIGHBOURS;
    // Some collectors take the indentation away: then a line counts as code once the frame above it is seen.
    let mut unsettled = 0;
    for (distance, frame) in above.enumerate() {
        if frame.starts_with(TRACEBACK) {
            break;
        }
        let is_frame = is_frame(&frame);
        let names_file = names_file(&frame);
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
            && !is_numbered(&frame)
            && let Some(ours) = owner(frame.as_bytes())
        {
            return ours;
        }
    }
    // Java's frames, .NET's and those of JavaScript stand below the message.
    let is_called = |line: &[u8]| plain(line).trim_start().starts_with("at ");
    let below = after.take(FRAMES).enumerate();
    !in_traceback
        && below
            .take_while(|(distance, line)| *distance < NEIGHBOURS || is_called(line))
            .find_map(|(_, line)| owner(line))
            .unwrap_or(false)
}

/// How many of the lines above belong to the traceback that ends below them; the nearest line comes first.
#[must_use]
pub fn traceback<'l>(above: impl Iterator<Item = &'l [u8]>) -> Option<usize> {
    let mut unsettled = 0;
    for (index, line) in above.take(FRAMES).enumerate() {
        let line = plain(line);
        if line.contains(TRACEBACK) {
            return Some(index + 1);
        }
        if names_file(&line) {
            unsettled = 0;
        } else if !is_frame(&line) && !is_numbered(&line) && !line.starts_with(['│', '╭', '╰']) {
            unsettled += 1;
        }
        if unsettled > CODE {
            break;
        }
    }
    None
}

/// The lines of a record as its program wrote them, without what stands before its message.
fn written(line: &[u8]) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
    let (one, several) = match plain(line) {
        Cow::Borrowed(text) => (Some(Cow::Borrowed(text)), Vec::new()),
        Cow::Owned(text) => (None, text.lines().map(|line| Cow::Owned(line.to_owned())).collect()),
    };
    one.into_iter().chain(several)
}

/// A line without what stands before its message. The message of a JSON record may have several lines.
fn plain(line: &[u8]) -> Cow<'_, str> {
    let is_packed = line.starts_with(b"{") || memchr(0x1b, line).is_some() || QUOTED.find(line).is_some() || clean::is_field(line);
    match str::from_utf8(line) {
        Ok(text) if !is_packed => Cow::Borrowed(prefix::strip(text).rest),
        _ => Cow::Owned(prefix::strip(&clean::record(line)).rest.to_owned()),
    }
}

/// `File "/srv/app.py", line 7, in save`, or as `IPython` writes it, `File /srv/app.py:7, in save()`.
#[must_use]
pub fn names_file(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with("File \"") || text.starts_with("File /") || text.starts_with("File ~/")
}

/// `│ ❱ 117 │   await connected │`, `-> 117     await connected`: code with the number of its line, which may speak of anything.
fn is_numbered(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '│', '❱', '-', '>']);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && text.len() < line.len() && text[digits..].starts_with(' ')
}

/// Whether a line can stand inside of a traceback.
fn is_frame(line: &str) -> bool {
    match line.as_bytes().first() {
        None | Some(b' ' | b'\t') => true,
        Some(b'^' | b'~') => is_mark(line),
        Some(b'a') => line.starts_with("at ") && line.ends_with(')'),
        Some(_) => false,
    }
}

/// What `IPython`, stackprinter, Rich and pytest write into a traceback: frames, the line that was running, what they leave out, and rules.
fn is_shown(line: &str) -> bool {
    const BEGINNINGS: &[&str] = &["...", "---", "╭", "│", "╰", ">", "_ _ "];
    names_file(line) || is_numbered(line) || BEGINNINGS.iter().any(|begin| line.starts_with(begin)) || is_assigned(line)
}

/// `self = <Engine>`, as pytest shows what a function was called with.
fn is_assigned(line: &str) -> bool {
    let name = line.split(' ').next().unwrap_or_default();
    line[name.len()..].starts_with(" = ") && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

/// `app.py:135: OperationalError`, where pytest says that it was raised, or passed through.
fn is_location(line: &str) -> bool {
    let place = line.split(' ').next().unwrap_or_default();
    let number = place.rsplit_once(".py:").and_then(|(_, number)| number.strip_suffix(':'));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
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

/// What stands between the places where Django's report of an error shows its message.
static REPORT: LazyLock<Few> = LazyLock::new(|| Few::new(&["Django Version: ", "Exception Type: "]));

/// Whether a line begins a message of its own, whatever stands before it.
#[must_use]
pub fn begins(line: &[u8]) -> bool {
    let own = plain(line);
    // Of what begins with a number, the number says whether it goes on.
    let is_counted = own.starts_with(|c: char| c.is_ascii_digit());
    !is_counted && !continues_message(&own, || Moment::Untold) && !is_reported_above(&own) && !pooler::may_say_again(&lines::text(line))
}

/// Whether a line of Django's report says which exception came first.
fn is_reported_above(line: &str) -> bool {
    line.trim_start().starts_with("The above exception (")
}

/// Judges the lines between two matches, with the lines that hold them, the second unless it is known to begin a message; the first was
/// written at `since`.
#[must_use]
pub fn bond<'s>(first: &[u8], between: &[u8], line: Option<&[u8]>, since: impl FnOnce() -> Option<Cow<'s, str>>) -> Bond {
    // It begins with the end of the first one's line.
    let between = between.strip_prefix(b"\n").unwrap_or(between);
    let says_again = |line| pooler::says_again(&lines::text(first), &lines::text(line));
    if between.is_empty() && line.is_some_and(says_again) {
        return Bond::Chain;
    }
    let lines = || lines::forward(between).flat_map(written);
    let begun = lines().enumerate().find(|(_, line)| !continues(line));
    let is_headed = begun.as_ref().is_some_and(|(_, line)| line.starts_with(TRACEBACK)) && !ends_traceback(&plain(first));
    // Mostly another record stands between them.
    if begun.is_some_and(|(index, line)| index == 0 && !is_link(&line)) && !is_headed {
        return Bond::None;
    }
    let moment = |line: &[u8]| match prefix::strip(&lines::text(line)).time {
        None => Moment::Untold,
        Some(time) if since().is_some_and(|since| times::is_same_second(&since, time)) => Moment::Same,
        Some(_) => Moment::Later,
    };
    if let Some(line) = line {
        let own = plain(line);
        if continues_message(&own, || moment(line)) && lines().all(|line| continues(&line)) {
            return Bond::Message;
        }
        if is_reported_above(&own) {
            return Bond::Chain;
        }
    }
    if REPORT.find(between).is_some() {
        return Bond::Chain;
    }
    let mut chained = is_headed;
    let mut framed = false;
    let mut is_code = false;
    for line in lines() {
        let text = line.trim_start();
        if is_link(text) {
            chained = true;
        } else if text.contains(TRACEBACK) {
            if !chained {
                return Bond::None;
            }
            framed = true;
        } else if !(continues(&line) || is_location(text) || framed && (is_code || is_exception(text)) || chained && is_shown(&line)) {
            return Bond::None;
        }
        is_code = names_file(&line);
    }
    if chained { Bond::Chain } else { Bond::None }
}

/// Whether a line ends what stands above it, so that no later line belongs to that. Where it is not easily told, it does not.
#[must_use]
pub fn closes(line: &[u8], rest: &str, continues: bool) -> bool {
    let is_as_written = || line.is_ascii() && memchr2(0x1b, b'&', line).is_none() && !clean::is_field(line);
    if line.starts_with(b"{") {
        is_as_written() && is_apart(line)
    } else {
        !continues && begins_apart(rest) && is_as_written()
    }
}

/// Whether no text of a JSON record goes on with what stands above the record.
fn is_apart(record: &[u8]) -> bool {
    let mut rest = record;
    while let Some(at) = memchr(b'"', rest) {
        let (between, text) = (&rest[..at], &rest[at + 1..]);
        let Some(end) = end_of_string(text) else { return false };
        let is_value = between.trim_ascii_end().ends_with(b":");
        if between.contains(&b'[') || is_value && !is_own_text(&text[..end]) {
            return false;
        }
        rest = &text[end + 1..];
    }
    true
}

/// Whether a text of a record does not go on with another.
fn is_own_text(text: &[u8]) -> bool {
    if !text.contains(&b' ') {
        return text.first().is_some_and(u8::is_ascii_alphanumeric);
    }
    let text = lines::text(text);
    let rest = prefix::strip(&text).rest;
    !continues(rest) && begins_apart(rest)
}

/// Where a JSON string ends.
fn end_of_string(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Whether a line that goes on with nothing does not belong to a traceback either.
fn begins_apart(line: &str) -> bool {
    let belongs = || LINKS.iter().chain([&TRACEBACK, &"at "]).any(|text| line.starts_with(text));
    !line.starts_with(['\\', '#']) && !belongs()
}

/// What says that the next traceback belongs to the one before.
const LINKS: [&str; 2] = ["The above exception was the direct cause", "During handling of the above exception"];

fn is_link(line: &str) -> bool {
    LINKS.iter().any(|link| line.trim_start().starts_with(link))
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
        "TCP/IP connections on port",
        "connections on Unix domain socket",
        "before or while processing the request",
        "SSL SYSCALL",
        "Caused by:",
        "0: ",
        "1: ",
        "2: ",
    ];
    const FIRST: [bool; 256] = first_bytes(STARTS);
    let first = line.bytes().next().unwrap_or_default();
    let starts = || STARTS.iter().any(|start| start.as_bytes()[0] == first && line.starts_with(start));
    is_frame(line) || FIRST[usize::from(first)] && starts() || is_addition(line)
}

/// What the texts begin with.
const fn first_bytes(texts: &[&str]) -> [bool; 256] {
    let mut first = [false; 256];
    let mut index = 0;
    while index < texts.len() {
        first[texts[index].as_bytes()[0] as usize] = true;
        index += 1;
    }
    first
}

/// Whether a server's log goes on with the message above it, behind the same prefix: `[7] app@shop HINT:  …`
fn is_addition(line: &str) -> bool {
    const PREFIX: usize = 160;
    let first = line.lines().next().unwrap_or_default();
    memmem::find(&first.as_bytes()[..first.len().min(PREFIX)], b":  ").is_some_and(|at| {
        let before = first[..at].trim_end();
        ADDITIONS.iter().any(|name| before.ends_with(name))
    })
}

/// When a line was written, beside the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Untold,
    Same,
    Later,
}

fn continues_message(line: &str, moment: impl FnOnce() -> Moment) -> bool {
    /// What follows within libpq's messages alone.
    const ATTEMPTS: &[&str] = &[
        "connection to server ",
        "could not connect to server",
        "SSL SYSCALL",
        "- host:",
        "server closed the connection unexpectedly",
        "SSL connection has been closed unexpectedly",
    ];
    if continues(line) {
        return !line.is_empty();
    }
    let is_attempt = ATTEMPTS.iter().any(|start| line.starts_with(start));
    (is_attempt || line.starts_with("FATAL:"))
        && match moment() {
            Moment::Untold => true,
            Moment::Same => is_attempt,
            Moment::Later => false,
        }
}

/// Whether a line is the last of a traceback: what a logger writes above one is none.
fn ends_traceback(line: &str) -> bool {
    let name = line.split([':', ' ']).next().unwrap_or_default();
    is_exception(line) && (name.contains('.') || name.ends_with("Error") || name.ends_with("Exception"))
}

fn is_exception(line: &str) -> bool {
    let name = line.split([':', ' ']).next().unwrap_or_default();
    !name.is_empty()
        && name.contains(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
}
