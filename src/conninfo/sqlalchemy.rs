//! `SQLAlchemy`'s URLs, split where its `make_url` splits them: the user name holds no `:` and no `/`, the password no `@`.

use super::decode;

/// The parts of a URL; what is absent or empty is `None`, as `SQLAlchemy` passes neither on.
#[derive(Debug, Clone, Default)]
pub struct Url {
    pub user: Option<Vec<u8>>,
    pub password: Option<Vec<u8>>,
    pub host: Option<Vec<u8>>,
    pub port: Option<Vec<u8>>,
    pub database: Option<Vec<u8>>,
    /// In the order in which they stand, decoded; pairs without a value are left out.
    pub query: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where the `@` after the credentials is.
    pub credentials_end: Option<usize>,
    /// Whether the colon of a port stands there without digits after it, which `SQLAlchemy` refuses.
    pub empty_port: bool,
}

/// Reads the URL whose scheme ends at byte `body`.
#[must_use]
pub fn read(text: &[u8], body: usize) -> Url {
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
        url.database = part(&text[at + 1..end]);
        at = end;
    }
    if text.get(at) == Some(&b'?') {
        url.query = text[at + 1..].split(|byte| *byte == b'&').filter_map(pair).collect();
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

/// A pair of the query as Python's `parse_qsl` reads it: `+` is a blank, an empty value drops the pair.
fn pair(piece: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let equals = piece.iter().position(|byte| *byte == b'=')?;
    let plain = |raw: &[u8]| unquote(&raw.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect::<Vec<_>>());
    let value = plain(&piece[equals + 1..]);
    (!value.is_empty()).then(|| (plain(&piece[..equals]), value))
}

/// Python's `unquote`: a `%` that is no token stays as it is.
fn unquote(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, tail)) = rest.split_first() {
        if let (b'%', Some(decoded)) = (byte, decode::token(tail)) {
            out.push(decoded);
            rest = &tail[2..];
        } else {
            out.push(byte);
            rest = tail;
        }
    }
    out
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
