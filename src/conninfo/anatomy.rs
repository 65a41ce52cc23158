//! How a URL was meant, as opposed to how a parser splits it: the credentials reach to the last `@` that can end them.
//!
//! A parser that splits at another place has met a character in the password that should have been percent-encoded.

use std::ops::Range;

use super::{decode, keyword};

/// Parameters of other software that are seen in the queries of PostgreSQL URLs.
const FOREIGN_PARAMETERS: &[&str] = &[
    "schema",
    "pgbouncer",
    "connection_limit",
    "pool_timeout",
    "pool_size",
    "pool",
    "max_overflow",
    "statement_cache_size",
    "prepared_statement_cache_size",
    "statement_timeout",
    "search_path",
    "socket_timeout",
    "sslaccept",
    "sslidentity",
    "ssl",
    "ssl_mode",
    "ssl_require",
    "uselibpqcompat",
    "currentSchema",
    "prepareThreshold",
    "timezone",
    "charset",
    "encoding",
    "conn_max_age",
    "conn_health_checks",
    "atomic_requests",
    "autocommit",
    "disable_server_side_cursors",
    "supa",
    "workaround",
    "database",
    "username",
    "timeout",
    "command_timeout",
    "sslcertificate",
    "requiressl",
    "async_fallback",
];

/// The parts of a URL, as ranges of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anatomy {
    pub user: Range<usize>,
    pub password: Option<Range<usize>>,
    /// Where the `@` after the credentials is; `None` without credentials.
    pub at: Option<usize>,
    /// Hosts and ports.
    pub hosts: Range<usize>,
    /// The database name, without its slash.
    pub database: Option<Range<usize>>,
    /// The parameters, without the question mark.
    pub query: Option<Range<usize>>,
}

/// The parts of the URL whose scheme ends at byte `body`.
#[must_use]
pub fn intended(text: &[u8], body: usize) -> Anatomy {
    let query = query_start(text, body);
    let end = query.unwrap_or(text.len());
    let at = text[body..end].iter().rposition(|byte| *byte == b'@').map(|offset| body + offset);
    let colon = at
        .and_then(|at| text[body..at].iter().position(|byte| *byte == b':'))
        .map(|offset| body + offset);
    let user = body..colon.or(at).unwrap_or(body);
    let password = at.zip(colon).map(|(at, colon)| colon + 1..at);
    let hosts_start = at.map_or(body, |at| at + 1);
    let slash = text[hosts_start..end]
        .iter()
        .position(|byte| *byte == b'/')
        .map(|offset| hosts_start + offset);
    Anatomy {
        user,
        password,
        at,
        hosts: hosts_start..slash.unwrap_or(end),
        database: slash.map(|slash| slash + 1..end),
        query: query.map(|start| start + 1..text.len()),
    }
}

/// Where libpq sees the end of the credentials: the first `@` that no `/` precedes.
#[must_use]
pub fn credentials_end_for_libpq(text: &[u8], body: usize) -> Option<usize> {
    let stop = body + text[body..].iter().position(|byte| matches!(byte, b'@' | b'/'))?;
    (text[stop] == b'@').then_some(stop)
}

/// The `?` that begins the parameters: the first whose whole tail reads as parameters, else the first after the last `@`.
fn query_start(text: &[u8], body: usize) -> Option<usize> {
    let marks = || (body..text.len()).filter(|at| text[*at] == b'?');
    // A password among the parameters may hold anything.
    let holds_password = |tail: &[u8]| pairs(tail).any(|name| name == Some(b"password"));
    if let Some(mark) = marks().find(|mark| {
        let tail = &text[mark + 1..];
        holds_password(tail) && pairs(tail).next().flatten().is_some_and(is_known)
    }) {
        return Some(mark);
    }
    if let Some(mark) = marks().find(|mark| pairs(&text[mark + 1..]).all(|name| name.is_some_and(is_known))) {
        return Some(mark);
    }
    let plausible = |mark: &usize| {
        let tail = &text[mark + 1..];
        !tail.contains(&b'@') && text[body..*mark].contains(&b'@') && pairs(tail).all(|name| name.is_some_and(is_identifier))
    };
    if let Some(mark) = marks().find(plausible) {
        return Some(mark);
    }
    let last_at = text.iter().rposition(|byte| *byte == b'@').unwrap_or(body);
    marks().find(|mark| *mark > last_at)
}

/// The names of the parameters in a query; `None` for a piece that is no pair.
fn pairs(query: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    query
        .split(|byte| *byte == b'&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| piece.iter().position(|byte| *byte == b'=').map(|at| &piece[..at]))
}

/// Whether a parameter is libpq's or one that is known from other software, so that its name tells nothing.
#[must_use]
pub fn is_known(name: &[u8]) -> bool {
    keyword::find(name).is_some() || FOREIGN_PARAMETERS.iter().any(|known| known.as_bytes() == name)
}

fn is_identifier(name: &[u8]) -> bool {
    !name.is_empty()
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// A character that should have been percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawCharacter {
    pub byte: u8,
    /// Its place, counted in characters from 1.
    pub place: usize,
    /// Its place in bytes, from the start of the part.
    pub offset: usize,
}

impl RawCharacter {
    /// How it has to be written.
    #[must_use]
    pub fn encoded(self) -> String {
        format!("%{:02X}", self.byte)
    }
}

/// The characters of a user name or password that have a meaning of their own in a URL, or for some parser of URLs.
#[must_use]
pub fn raw_characters(part: &[u8]) -> Vec<RawCharacter> {
    let mut place = 0;
    let mut found = Vec::new();
    for (offset, byte) in part.iter().copied().enumerate() {
        // Bytes inside a UTF-8 sequence are not characters of their own.
        if byte & 0xC0 != 0x80 {
            place += 1;
        }
        let raw = match byte {
            b'@' | b'/' | b'?' | b'#' | b'[' | b']' | b' ' => true,
            b'%' => decode::token(&part[offset + 1..]).is_none_or(|decoded| decoded == 0),
            _ => false,
        };
        if raw {
            found.push(RawCharacter { byte, place, offset });
        }
    }
    found
}
