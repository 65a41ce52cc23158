//! Telling by its first bytes what answers on a port where PostgreSQL should.

/// A protocol that was taken for PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    Http,
    Ssh,
    MySql,
    Smtp,
    Redis,
    Tls,
    Unknown,
}

impl Speaker {
    /// Recognises the first bytes that a peer sent.
    ///
    /// `\x05\0\0\0\x0a` and the like is MySQL's greeting: a three-byte length, sequence number 0, protocol version 10.
    /// A TLS alert or handshake record begins with 21 or 22 and the major version 3.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [b'H', b'T', b'T', b'P', b'/', ..] => Self::Http,
            [b'S', b'S', b'H', b'-', ..] => Self::Ssh,
            [_, _, _, 0, 10 | 0xff, ..] => Self::MySql,
            [b'2', b'2', b'0', b' ' | b'-', ..] => Self::Smtp,
            [b'-', b'E' | b'D' | b'N', b'R' | b'E' | b'O', ..] => Self::Redis,
            [21 | 22, 3, 0..=4, ..] => Self::Tls,
            _ => Self::Unknown,
        }
    }

    /// Its name, with the article that a sentence needs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "an HTTP server",
            Self::Ssh => "an SSH server",
            Self::MySql => "a MySQL server",
            Self::Smtp => "an SMTP or FTP server",
            Self::Redis => "a Redis server",
            Self::Tls => "a TLS server that wants TLS from the first byte",
            Self::Unknown => "something that is not PostgreSQL",
        }
    }
}

/// The first bytes as evidence: printable ASCII as it is, everything else escaped; at most 60 bytes.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    const SHOWN_BYTES: usize = 60;
    let text: String = bytes.iter().take(SHOWN_BYTES).map(|b| b.escape_ascii().to_string()).collect();
    let more = if bytes.len() > SHOWN_BYTES { "…" } else { "" };
    format!("\"{text}{more}\"")
}
