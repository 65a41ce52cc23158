//! What the frames of a traceback show besides its message: whether it ended while connecting.

use crate::finding::Kind;
use crate::finding::pool::connection_lost;
use crate::finding::tcp::closed;
use crate::finding::tls::{ca_file_missing, client_key_unusable};

const AT_ANY_TIME: &str = "server closed the connection unexpectedly";
/// How many lines show the innermost call, with what stands around it.
const CALL: usize = 24;
const FILE_MISSING: &str = "FileNotFoundError: ";
const AT_ANY_TIME_BY_ASYNCPG: &str = "connection was closed in the middle of operation";

/// Whether frames may settle what is said.
#[must_use]
pub fn may_settle(said: &str) -> bool {
    [AT_ANY_TIME, AT_ANY_TIME_BY_ASYNCPG, FILE_MISSING]
        .iter()
        .any(|text| said.starts_with(text))
}

/// The kind, where the words are the same for a connection that was never made and for one that was lost.
#[must_use]
pub fn settle(kind: &'static Kind, said: &str, frames: &str) -> &'static Kind {
    let connects =
        |line: &str| line.contains("connect_utils") || line.split_once(", in connect").is_some_and(|(_, rest)| !rest.starts_with('_'));
    let files = || frames.lines().filter(|line| line.contains("File \"") || line.contains("File \\\""));
    if kind.is(&connection_lost::KIND) && said.starts_with(AT_ANY_TIME) {
        let is_attempt = |line: &str| line.contains("psycopg2") && connects(line);
        return if files().next_back().is_some_and(is_attempt) {
            &closed::KIND
        } else {
            kind
        };
    }
    if kind.is(&closed::KIND) && said.starts_with(AT_ANY_TIME_BY_ASYNCPG) {
        let is_driver = |line: &&str| line.contains("asyncpg");
        let mut seen = files().filter(is_driver).peekable();
        return if seen.peek().is_some() && !seen.any(connects) {
            &connection_lost::KIND
        } else {
            kind
        };
    }
    if said.starts_with(FILE_MISSING) {
        return file_asked_for(frames).unwrap_or(kind);
    }
    kind
}

/// Which kind of file the innermost call opens, where it is not a socket.
fn file_asked_for(frames: &str) -> Option<&'static Kind> {
    const CALLS: &[(&str, &Kind)] = &[
        ("load_verify_locations", &ca_file_missing::KIND),
        ("load_cert_chain", &client_key_unusable::KIND),
    ];
    let mut lines = frames.lines().rev().take(CALL);
    lines.find_map(|line| CALLS.iter().find(|(call, _)| line.contains(call)).map(|(_, kind)| *kind))
}
