//! Which values libpq accepts, as its `pqConnectOptions2` and `pqParseIntParam` decide.

use super::host_list::{self, Mismatch};
use super::keyvalue::is_space;

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// Not one of the words that libpq knows.
    NotOneOf {
        keyword: &'static str,
        words: &'static [&'static str],
    },
    /// Not a whole number.
    NotANumber { keyword: &'static str },
    /// A whole number, and no port; 1 to 65535 are.
    PortOutOfRange,
    /// `require_auth` mixes methods with and without `!`, or names one twice.
    MixedMethods,
    /// `sslnegotiation=direct` or `sslrootcert=system` with an sslmode too weak for it.
    WeakMode { needs: &'static str, because: &'static str },
    /// The lowest TLS version is above the highest.
    ProtocolRange,
    /// The lists of hosts, addresses and ports differ in length.
    Lists(Mismatch),
    /// `hostaddr` is no numeric address.
    NotAnAddress,
    /// `client_encoding` names no encoding that the server knows.
    NoEncoding,
}

impl Invalid {
    /// The parameter concerned.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::NotOneOf { keyword, .. } | Self::NotANumber { keyword } => keyword,
            Self::PortOutOfRange | Self::Lists(Mismatch::Ports { .. }) => "port",
            Self::MixedMethods => "require_auth",
            Self::WeakMode { .. } => "sslmode",
            Self::ProtocolRange => "ssl_min_protocol_version",
            Self::Lists(Mismatch::Hosts { .. }) | Self::NotAnAddress => "hostaddr",
            Self::NoEncoding => "client_encoding",
        }
    }
}

const SSLMODES: &[&str] = &["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
const TLS_VERSIONS: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
const METHODS: &[&str] = &["password", "md5", "gss", "sspi", "scram-sha-256", "none"];

const WORDS: &[(&str, &[&str])] = &[
    ("channel_binding", &["disable", "prefer", "require"]),
    ("sslmode", SSLMODES),
    ("sslnegotiation", &["postgres", "direct"]),
    ("sslcertmode", &["disable", "allow", "require"]),
    ("gssencmode", &["disable", "prefer", "require"]),
    (
        "target_session_attrs",
        &["any", "read-write", "read-only", "primary", "standby", "prefer-standby"],
    ),
    ("load_balance_hosts", &["disable", "random"]),
];

/// The names that PostgreSQL has for encodings, without case and punctuation: `pg_encname_tbl` of its `encnames.c`.
const ENCODINGS: &str = "abc alt big5 euccn eucjis2004 eucjp euckr euctw gb18030 gbk iso88591 iso885910 iso885913 iso885914 iso885915 iso885916 \
     iso88592 iso88593 iso88594 iso88595 iso88596 iso88597 iso88598 iso88599 johab koi8 koi8r koi8u latin1 latin10 latin2 latin3 latin4 latin5 \
     latin6 latin7 latin8 latin9 mskanji muleinternal shiftjis shiftjis2004 sjis sqlascii tcvn tcvn5712 uhc unicode utf8 vscii win win1250 win1251 \
     win1252 win1253 win1254 win1255 win1256 win1257 win1258 win866 win874 win932 win936 win949 win950 windows1250 windows1251 windows1252 \
     windows1253 windows1254 windows1255 windows1256 windows1257 windows1258 windows866 windows874 windows932 windows936 windows949 windows950";

/// Numbers that libpq reads for every host over TCP.
const NUMBERS: &[&str] = &[
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
];

/// Every value that libpq would refuse, the merged settings given by keyword.
pub fn check<'a>(value_of: impl Fn(&str) -> Option<&'a [u8]>) -> Vec<Invalid> {
    let mut found = Vec::new();
    for (keyword, words) in WORDS {
        if value_of(keyword).is_some_and(|value| !words.iter().any(|word| word.as_bytes() == value)) {
            found.push(Invalid::NotOneOf { keyword, words });
        }
    }
    for keyword in NUMBERS {
        if value_of(keyword).is_some_and(|value| !value.is_empty() && integer(value).is_none()) {
            found.push(Invalid::NotANumber { keyword });
        }
    }
    found.extend(check_hosts(&value_of));
    found.extend(check_methods(value_of("require_auth").unwrap_or_default()));
    found.extend(check_modes(&value_of));
    found.extend(check_protocols(&value_of));
    found
}

/// An encoding that no session can have: libpq hands it on, and every server refuses it. For `auto` libpq puts the locale's.
#[must_use]
pub fn encoding(name: &[u8]) -> Option<Invalid> {
    let letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let plain: Vec<u8> = letters.map(u8::to_ascii_lowercase).collect();
    let is_known = || ENCODINGS.split_ascii_whitespace().any(|known| known.as_bytes() == plain);
    (!matches!(name, b"" | b"auto") && !is_known()).then_some(Invalid::NoEncoding)
}

fn check_hosts<'a>(value_of: &impl Fn(&str) -> Option<&'a [u8]>) -> Vec<Invalid> {
    let value = |keyword| value_of(keyword).unwrap_or_default();
    let places = match host_list::places(value("host"), value("hostaddr"), value("port")) {
        Err(mismatch) => return vec![Invalid::Lists(mismatch)],
        Ok(places) => places,
    };
    let mut found = Vec::new();
    for place in places {
        let address = std::str::from_utf8(place.hostaddr).unwrap_or("?");
        if !address.is_empty() && address.parse::<std::net::IpAddr>().is_err() && !found.contains(&Invalid::NotAnAddress) {
            found.push(Invalid::NotAnAddress);
        }
        let Err(invalid) = port(place.port) else { continue };
        if !found.contains(&invalid) {
            found.push(invalid);
        }
    }
    found
}

fn check_methods(list: &[u8]) -> Option<Invalid> {
    if list.is_empty() {
        return None;
    }
    let negated = list.first() == Some(&b'!');
    let mut seen: Vec<&[u8]> = Vec::new();
    for item in list.split(|byte| *byte == b',') {
        let bare = item.strip_prefix(b"!");
        if bare.is_some() != negated {
            return Some(Invalid::MixedMethods);
        }
        let method = bare.unwrap_or(item);
        // libpq 18 adds "oauth"; an older one refuses it only when it is there.
        if method != b"oauth" && !METHODS.iter().any(|known| known.as_bytes() == method) {
            return Some(Invalid::NotOneOf {
                keyword: "require_auth",
                words: METHODS,
            });
        }
        if seen.contains(&method) {
            return Some(Invalid::MixedMethods);
        }
        seen.push(method);
    }
    None
}

fn check_modes<'a>(value_of: &impl Fn(&str) -> Option<&'a [u8]>) -> Option<Invalid> {
    let mode = value_of("sslmode").unwrap_or(b"prefer");
    if value_of("sslrootcert") == Some(b"system") && mode != b"verify-full" {
        return Some(Invalid::WeakMode {
            needs: "verify-full",
            because: "sslrootcert=system",
        });
    }
    let strong: &[&[u8]] = &[b"require", b"verify-ca", b"verify-full"];
    (value_of("sslnegotiation") == Some(b"direct") && !strong.contains(&mode)).then_some(Invalid::WeakMode {
        needs: "require",
        because: "sslnegotiation=direct",
    })
}

fn check_protocols<'a>(value_of: &impl Fn(&str) -> Option<&'a [u8]>) -> Vec<Invalid> {
    let rank = |keyword: &'static str| -> Result<Option<usize>, Invalid> {
        let value = value_of(keyword).unwrap_or_default();
        if value.is_empty() {
            return Ok(None);
        }
        TLS_VERSIONS
            .iter()
            .position(|version| version.as_bytes().eq_ignore_ascii_case(value))
            .map(Some)
            .ok_or(Invalid::NotOneOf {
                keyword,
                words: TLS_VERSIONS,
            })
    };
    match (rank("ssl_min_protocol_version"), rank("ssl_max_protocol_version")) {
        (Ok(Some(min)), Ok(Some(max))) if min > max => vec![Invalid::ProtocolRange],
        (min, max) => min.err().into_iter().chain(max.err()).collect(),
    }
}

/// A port of the list; empty is 5432.
///
/// # Errors
///
/// Where libpq refuses it.
pub fn port(text: &[u8]) -> Result<u16, Invalid> {
    if text.is_empty() {
        return Ok(5432);
    }
    let number = integer(text).ok_or(Invalid::NotANumber { keyword: "port" })?;
    u16::try_from(number).ok().filter(|port| *port > 0).ok_or(Invalid::PortOutOfRange)
}

/// A whole number as C's `strtol` reads it, blanks before and after allowed.
#[must_use]
pub fn integer(text: &[u8]) -> Option<i32> {
    let start = text.iter().position(|byte| !is_space(*byte))?;
    let end = text.iter().rposition(|byte| !is_space(*byte))?;
    std::str::from_utf8(&text[start..=end]).ok()?.parse().ok()
}
