//! The properties `username`, `password`, `hostname` and `port` of Python's `SplitResult`.

use super::ValueError;
use super::number::is_digit;

/// The parts of a netloc; none of them is decoded, and the port is not checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Netloc {
    pub user: Option<Vec<u8>>,
    pub password: Option<Vec<u8>>,
    /// In lower case but for an IPv6 zone.
    pub host: Option<Vec<u8>>,
    port: Option<Vec<u8>>,
}

/// Takes a netloc apart: the credentials reach to the last `@`.
#[must_use]
pub fn split(netloc: &[u8]) -> Netloc {
    let mut found = Netloc::default();
    let mut place = netloc;
    if let Some(at) = netloc.iter().rposition(|byte| *byte == b'@') {
        let (user, password) = partition(&netloc[..at], b':');
        found.user = Some(user.to_vec());
        found.password = password.map(<[u8]>::to_vec);
        place = &netloc[at + 1..];
    }
    let (host, port) = match partition(place, b'[') {
        (_, Some(bracketed)) => {
            let (host, after) = partition(bracketed, b']');
            (host, partition(after.unwrap_or_default(), b':').1)
        }
        (_, None) => partition(place, b':'),
    };
    found.host = (!host.is_empty()).then(|| lowered(host));
    found.port = port.filter(|port| !port.is_empty()).map(<[u8]>::to_vec);
    found
}

impl Netloc {
    /// The port, without leading zeros.
    ///
    /// # Errors
    ///
    /// It is no number, or above 65535.
    pub fn port(&self) -> Result<Option<u16>, ValueError> {
        let Some(port) = &self.port else { return Ok(None) };
        if !is_digit(port) {
            return Err(ValueError::new("Port could not be cast to integer value as ***"));
        }
        String::from_utf8_lossy(port)
            .parse()
            .map(Some)
            .map_err(|_| ValueError::new("Port out of range 0-65535"))
    }
}

/// What comes before the separator, and what comes after it.
#[must_use]
pub fn partition(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == separator) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// Lower case, but for what follows a `%`.
fn lowered(host: &[u8]) -> Vec<u8> {
    let percent = host.iter().position(|byte| *byte == b'%').unwrap_or(host.len());
    let mut out = Vec::with_capacity(host.len());
    for chunk in host[..percent].utf8_chunks() {
        out.extend_from_slice(chunk.valid().to_lowercase().as_bytes());
        out.extend_from_slice(chunk.invalid());
    }
    out.extend_from_slice(&host[percent..]);
    out
}
