//! SQLAlchemy's URLs, split where its `make_url` splits them: the user name holds no `:` and no `/`, the password no `@`.

use super::Release;
use crate::consumers::python::number::int;
use crate::consumers::python::query::{self, Pair};
use crate::consumers::python::quoting::unquote;
use crate::consumers::reading::Refusal;

/// The parts of a URL; what is absent or empty is `None`, as SQLAlchemy passes neither on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    pub user: Option<Vec<u8>>,
    pub password: Option<Vec<u8>>,
    pub host: Option<Vec<u8>>,
    /// As it stands, unchecked.
    pub port: Option<Vec<u8>>,
    pub database: Option<Vec<u8>>,
    /// In the order in which they stand, decoded; pairs without a value are left out.
    pub query: Vec<Pair>,
    /// Where the `@` after the credentials is.
    pub credentials_end: Option<usize>,
    /// Whether the colon of a port stands there without digits after it, which SQLAlchemy refuses.
    pub empty_port: bool,
}

/// Reads a URL as `make_url` does: the dialect with its driver, and the parts, the port a number.
///
/// # Errors
///
/// Where `make_url` refuses.
pub fn make_url(text: &[u8], release: Release) -> Result<(String, Url), Refusal> {
    let Some(name) = dialect(text) else {
        let words = match release {
            Release::V14 => "Could not parse SQLAlchemy URL from string '***'",
            Release::V20 | Release::V21 => "Could not parse SQLAlchemy URL from given URL string",
        };
        return Err(Refusal::raised("ArgumentError", words));
    };
    let mut url = read(text, name.len() + 3, release);
    if url.empty_port {
        int(b"")?;
    }
    if let Some(port) = &url.port {
        url.port = Some(int(port)?.into_bytes());
    }
    Ok((name, url))
}

/// The letters, digits, `_` and `+` before `://`.
fn dialect(text: &[u8]) -> Option<String> {
    let end = text.windows(3).position(|window| window == b"://").filter(|end| *end > 0)?;
    let name = std::str::from_utf8(&text[..end]).ok()?;
    name.chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == '+')
        .then(|| name.to_owned())
}

/// Reads the URL whose scheme ends at byte `body`. Until 2.0 the database name is not decoded.
#[must_use]
pub fn read(text: &[u8], body: usize, release: Release) -> Url {
    let mut url = Url::default();
    let mut at = body;
    let user_end = scan(text, body, b":/");
    let after_colon = (text.get(user_end) == Some(&b':'))
        .then(|| text[user_end..].iter().position(|byte| *byte == b'@'))
        .flatten()
        .map(|offset| user_end + offset);
    if let Some(end) = after_colon {
        url.user = part(&text[body..user_end]);
        url.password = part(&text[user_end + 1..end]);
        url.credentials_end = Some(end);
    } else if let Some(offset) = text[body..user_end].iter().rposition(|byte| *byte == b'@') {
        url.user = part(&text[body..body + offset]);
        url.credentials_end = Some(body + offset);
    }
    if let Some(end) = url.credentials_end {
        at = end + 1;
    }
    at = url.read_host(text, at);
    if text.get(at) == Some(&b':') {
        let end = scan(text, at, b"/?");
        url.empty_port = end == at + 1;
        url.port = Some(text[at + 1..end].to_vec()).filter(|port| !port.is_empty());
        at = end;
    }
    if text.get(at) == Some(&b'/') {
        let end = scan(text, at, b"?");
        let database = &text[at + 1..end];
        url.database = match release {
            Release::V14 | Release::V20 => (!database.is_empty()).then(|| database.to_vec()),
            Release::V21 => part(database),
        };
        at = end;
    }
    if text.get(at) == Some(&b'?') {
        let end = scan(text, at + 1, b"\n");
        url.query = query::pairs(&text[at + 1..end]);
    }
    url
}

impl Url {
    /// Hosts and ports given as `?host=a:1&host=b:2`, or as one `?host=a:1`, each joined by commas as libpq wants them.
    #[must_use]
    pub fn listed_hosts(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let given: Vec<&[u8]> = self
            .query
            .iter()
            .filter(|(name, _)| name == b"host")
            .map(|(_, value)| value.as_slice())
            .collect();
        let mut hosts = Vec::new();
        let mut ports = Vec::new();
        for item in &given {
            let colon = item
                .iter()
                .position(|byte| *byte == b':')
                .filter(|at| item[at + 1..].iter().all(u8::is_ascii_digit));
            hosts.push(&item[..colon.unwrap_or(item.len())]);
            ports.push(colon.map_or(&[][..], |at| &item[at + 1..]));
        }
        let has_port = ports.iter().any(|port| !port.is_empty());
        ((!given.is_empty()).then(|| hosts.join(&b',')), has_port.then(|| ports.join(&b',')))
    }

    fn read_host(&mut self, text: &[u8], at: usize) -> usize {
        let end = scan(text, at, b"/?");
        let bracket = (text.get(at) == Some(&b'['))
            .then(|| text[at..end].iter().rposition(|byte| *byte == b']'))
            .flatten()
            .filter(|length| *length > 1);
        if let Some(length) = bracket {
            self.host = Some(text[at + 1..at + length].to_vec());
            return at + length + 1;
        }
        let end = scan(text, at, b"/:?");
        self.host = Some(text[at..end].to_vec()).filter(|host| !host.is_empty());
        end
    }
}

fn part(raw: &[u8]) -> Option<Vec<u8>> {
    (!raw.is_empty()).then(|| unquote(raw))
}

fn scan(text: &[u8], from: usize, stops: &[u8]) -> usize {
    text[from..]
        .iter()
        .position(|byte| stops.contains(byte))
        .map_or(text.len(), |at| from + at)
}
