//! What the frames of a traceback show besides its message: whether it ended while connecting, and what it was about to read.

use crate::finding::Kind;
use crate::finding::pool::connection_lost;
use crate::finding::tcp::{closed, socket_missing, timeout, unexplained};
use crate::finding::tls::{ca_file_missing, client_key_unusable};

const AT_ANY_TIME: &str = "server closed the connection unexpectedly";
const AT_ANY_TIME_BY_ASYNCPG: &str = "connection was closed in the middle of operation";
const AT_ANY_TIME_BY_PG8000: &str = "network error";
const OF_ANY_FILE: &str = "FileNotFoundError: ";
const OF_ANY_WAIT: &str = "TimeoutError";

/// Whether frames may settle what is said.
#[must_use]
pub fn may_settle(said: &str) -> bool {
    [AT_ANY_TIME, AT_ANY_TIME_BY_ASYNCPG, OF_ANY_FILE, OF_ANY_WAIT]
        .iter()
        .any(|words| said.starts_with(words))
        || said.contains(AT_ANY_TIME_BY_PG8000)
}

/// The kind, where the words are the same for a connection that was never made and for one that was lost.
#[must_use]
pub fn settle(kind: &'static Kind, said: &str, frames: &str) -> &'static Kind {
    let connects =
        |line: &str| line.contains("connect_utils") || line.split_once(" in connect").is_some_and(|(_, rest)| !rest.starts_with('_'));
    let files = || frames.lines().filter(|line| line.contains("File ") || line.contains(".py:"));
    if kind.is(&connection_lost::KIND) && said.starts_with(AT_ANY_TIME) {
        let is_attempt = |line: &str| line.contains("psycopg2") && connects(line);
        return if files().next_back().is_some_and(is_attempt) {
            &closed::KIND
        } else {
            kind
        };
    }
    let drivers = [(AT_ANY_TIME_BY_ASYNCPG, "asyncpg"), (AT_ANY_TIME_BY_PG8000, "pg8000")];
    if kind.is(&closed::KIND)
        && let Some((_, driver)) = drivers.iter().find(|(words, _)| said.contains(words))
    {
        let mut seen = files().filter(|line| line.contains(driver)).peekable();
        return if seen.peek().is_some() && !seen.any(|line| connects(line) || line.contains(" in __init__")) {
            &connection_lost::KIND
        } else {
            kind
        };
    }
    // aiopg does not see that libpq tries again without TLS after a refusal, and waits on the connection that was refused.
    if kind.is(&timeout::KIND) && said.starts_with(OF_ANY_WAIT) && files().any(|line| line.contains("aiopg/connection.py")) {
        return &unexplained::KIND;
    }
    if kind.is(&socket_missing::KIND) && said.starts_with(OF_ANY_FILE) {
        let last = frames.rsplit("File ").next().unwrap_or_default();
        return if last.contains(".load_cert_chain(") {
            &client_key_unusable::KIND
        } else if last.contains(".load_verify_locations(") {
            &ca_file_missing::KIND
        } else {
            kind
        };
    }
    kind
}
