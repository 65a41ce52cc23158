//! The parameters that libpq knows, from its table `PQconninfoOptions`.

/// One parameter.
#[derive(Debug, PartialEq, Eq)]
pub struct Keyword {
    pub name: &'static str,
    /// The environment variable that sets it where nothing else does.
    pub env: Option<&'static str>,
    /// What is compiled in; the rest has a rule of its own, or no default.
    pub default: Option<&'static str>,
    /// The first major version that knows it; 9 stands for "before 10".
    pub since: u8,
}

const fn entry(name: &'static str, env: Option<&'static str>, default: Option<&'static str>, since: u8) -> Keyword {
    Keyword { name, env, default, since }
}

/// Every parameter, in libpq's order.
pub static KEYWORDS: &[Keyword] = &[
    entry("service", Some("PGSERVICE"), None, 9),
    entry("user", Some("PGUSER"), None, 9),
    entry("password", Some("PGPASSWORD"), None, 9),
    entry("passfile", Some("PGPASSFILE"), None, 10),
    entry("channel_binding", Some("PGCHANNELBINDING"), Some("prefer"), 13),
    entry("connect_timeout", Some("PGCONNECT_TIMEOUT"), None, 9),
    entry("dbname", Some("PGDATABASE"), None, 9),
    entry("host", Some("PGHOST"), None, 9),
    entry("hostaddr", Some("PGHOSTADDR"), None, 9),
    entry("port", Some("PGPORT"), Some("5432"), 9),
    entry("client_encoding", Some("PGCLIENTENCODING"), None, 9),
    entry("options", Some("PGOPTIONS"), Some(""), 9),
    entry("application_name", Some("PGAPPNAME"), None, 9),
    entry("fallback_application_name", None, None, 9),
    entry("keepalives", None, None, 9),
    entry("keepalives_idle", None, None, 9),
    entry("keepalives_interval", None, None, 9),
    entry("keepalives_count", None, None, 9),
    entry("tcp_user_timeout", None, None, 12),
    entry("sslmode", Some("PGSSLMODE"), Some("prefer"), 9),
    entry("sslnegotiation", Some("PGSSLNEGOTIATION"), Some("postgres"), 17),
    entry("sslcompression", Some("PGSSLCOMPRESSION"), Some("0"), 9),
    entry("sslcert", Some("PGSSLCERT"), None, 9),
    entry("sslkey", Some("PGSSLKEY"), None, 9),
    entry("sslcertmode", Some("PGSSLCERTMODE"), None, 16),
    entry("sslpassword", None, None, 13),
    entry("sslrootcert", Some("PGSSLROOTCERT"), None, 9),
    entry("sslcrl", Some("PGSSLCRL"), None, 9),
    entry("sslcrldir", Some("PGSSLCRLDIR"), None, 14),
    entry("sslsni", Some("PGSSLSNI"), Some("1"), 14),
    entry("requirepeer", Some("PGREQUIREPEER"), None, 9),
    entry("require_auth", Some("PGREQUIREAUTH"), None, 16),
    entry("min_protocol_version", Some("PGMINPROTOCOLVERSION"), None, 18),
    entry("max_protocol_version", Some("PGMAXPROTOCOLVERSION"), None, 18),
    entry("ssl_min_protocol_version", Some("PGSSLMINPROTOCOLVERSION"), Some("TLSv1.2"), 13),
    entry("ssl_max_protocol_version", Some("PGSSLMAXPROTOCOLVERSION"), None, 13),
    // "disable" where libpq is built without GSSAPI.
    entry("gssencmode", Some("PGGSSENCMODE"), Some("prefer"), 12),
    entry("krbsrvname", Some("PGKRBSRVNAME"), Some("postgres"), 9),
    entry("gsslib", Some("PGGSSLIB"), None, 9),
    entry("gssdelegation", Some("PGGSSDELEGATION"), Some("0"), 16),
    entry("replication", None, None, 9),
    entry("target_session_attrs", Some("PGTARGETSESSIONATTRS"), Some("any"), 10),
    entry("load_balance_hosts", Some("PGLOADBALANCEHOSTS"), Some("disable"), 16),
    entry("scram_client_key", None, None, 18),
    entry("scram_server_key", None, None, 18),
    entry("oauth_issuer", None, None, 18),
    entry("oauth_client_id", None, None, 18),
    entry("oauth_client_secret", None, None, 18),
    entry("oauth_scope", None, None, 18),
    entry("sslkeylogfile", None, None, 18),
];

/// The parameter of that name.
#[must_use]
pub fn find(name: &[u8]) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.name.as_bytes() == name)
}

/// The parameter whose name is closest, where one is close enough to be meant.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static Keyword> {
    let name = name.to_ascii_lowercase();
    KEYWORDS
        .iter()
        .map(|keyword| (distance(name.as_bytes(), keyword.name.as_bytes()), keyword))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, keyword)| *distance <= 2 && *distance * 3 <= keyword.name.len())
        .map(|(_, keyword)| keyword)
}

/// Levenshtein's distance.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substitution = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}
