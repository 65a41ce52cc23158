//! Reading a TLS ServerHello off the wire: the version, cipher suite and group, and whether the server asked for another key share.
//!
//! Layout: RFC 8446 section 4.1.3 (TLS 1.3) and RFC 5246 section 7.4.1.3 (TLS 1.2).

/// What the server chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerHello {
    version: u16,
    cipher: u16,
    group: Option<u16>,
    /// The server asked for another key share first: one round trip more.
    pub retried: bool,
}

const HANDSHAKE_RECORD: u8 = 22;
const SERVER_HELLO: u8 = 2;
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;

/// The random value that marks a ServerHello as a HelloRetryRequest (RFC 8446 section 4.1.3).
const RETRY_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
    0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

impl ServerHello {
    /// Finds the last ServerHello among the first received bytes.
    #[must_use]
    pub fn find(mut bytes: &[u8]) -> Option<Self> {
        let mut found: Option<Self> = None;
        while let [kind, _, _, high, low, rest @ ..] = bytes {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let record = rest.get(..length)?;
            if *kind == HANDSHAKE_RECORD && record.first() == Some(&SERVER_HELLO) {
                let (hello, is_retry) = Self::parse(record.get(4..)?)?;
                let retried = is_retry || found.as_ref().is_some_and(|earlier| earlier.retried);
                found = Some(Self { retried, ..hello });
                if !is_retry {
                    break;
                }
            }
            bytes = rest.get(length..)?;
        }
        found
    }

    /// Reads the body after the handshake header; also tells whether it is a HelloRetryRequest.
    fn parse(body: &[u8]) -> Option<(Self, bool)> {
        let version = be16(body, 0)?;
        let is_retry = body.get(2..34)? == RETRY_RANDOM;
        let session_id = usize::from(*body.get(34)?);
        let cipher_at = 35 + session_id;
        let mut hello = Self {
            version,
            cipher: be16(body, cipher_at)?,
            ..Self::default()
        };
        let mut at = cipher_at + 5;
        while let (Some(kind), Some(length)) = (be16(body, at), be16(body, at + 2)) {
            match kind {
                SUPPORTED_VERSIONS => hello.version = be16(body, at + 4)?,
                KEY_SHARE => hello.group = be16(body, at + 4),
                _ => {}
            }
            at += 4 + usize::from(length);
        }
        Some((hello, is_retry))
    }

    /// `TLSv1.3`, as libpq and OpenSSL write it.
    #[must_use]
    pub fn protocol(&self) -> String {
        match self.version {
            0x0304 => "TLSv1.3".into(),
            0x0303 => "TLSv1.2".into(),
            0x0302 => "TLSv1.1".into(),
            0x0301 => "TLSv1".into(),
            other => format!("0x{other:04x}"),
        }
    }

    /// The cipher suite's name in IANA's registry, or its number.
    #[must_use]
    pub fn cipher(&self) -> String {
        let name = match self.cipher {
            0x1301 => "TLS_AES_128_GCM_SHA256",
            0x1302 => "TLS_AES_256_GCM_SHA384",
            0x1303 => "TLS_CHACHA20_POLY1305_SHA256",
            0xc02b => "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            0xc02c => "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            0xc02f => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            0xc030 => "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            0xcca8 => "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            0xcca9 => "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            other => return format!("0x{other:04x}"),
        };
        name.into()
    }

    /// The key exchange group's name in IANA's registry, where the server names it (TLS 1.3).
    #[must_use]
    pub fn group(&self) -> Option<String> {
        let name = match self.group? {
            0x0017 => "secp256r1",
            0x0018 => "secp384r1",
            0x0019 => "secp521r1",
            0x001d => "x25519",
            0x001e => "x448",
            0x11ec => "X25519MLKEM768",
            other => return Some(format!("0x{other:04x}")),
        };
        Some(name.into())
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}
