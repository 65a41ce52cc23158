//! Settings whose values libpq validates.

/// Settings whose values libpq validates; the host is a directory without a socket, so that nothing is contacted.
const CHECKED: &[&str] = &[
    "sslmode=require",
    "sslmode=required",
    "sslmode=''",
    "sslmode=Require",
    "channel_binding=yes",
    "channel_binding=require",
    "gssencmode=disable",
    "gssencmode=never",
    "target_session_attrs=any",
    "target_session_attrs=master",
    "load_balance_hosts=random",
    "load_balance_hosts=1",
    "require_auth=md5,scram-sha-256",
    "require_auth=!md5,!none",
    "require_auth=md5,!none",
    "require_auth=md5,md5",
    "require_auth=nothing",
    "require_auth=''",
    "require_auth=md5,",
    "sslnegotiation=direct",
    "sslnegotiation=direct sslmode=require",
    "sslnegotiation=fast",
    "sslrootcert=system",
    "sslrootcert=system sslmode=require",
    "sslrootcert=system sslmode=verify-full",
    "ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2",
    "ssl_min_protocol_version=tlsv1.3",
    "ssl_min_protocol_version=1.3",
    "ssl_max_protocol_version=''",
    "sslcertmode=maybe",
    "port=0",
    "port=65535",
    "port=65536",
    "port=abc",
    "port=' 5432 '",
    "port='54 32'",
    "port=+5432",
    "port=-1",
    "port=''",
    "port=99999999999999999999",
    "port=1,2",
    "host=/nonexistent,/nonexistent port=1,2,3",
    "host=/nonexistent,/nonexistent port=1,",
    "host=/nonexistent,/nonexistent hostaddr=127.0.0.1",
    "connect_timeout=5",
];

/// Everything to validate, with a host that cannot be reached.
pub fn to_check() -> Vec<Vec<u8>> {
    CHECKED
        .iter()
        .map(|text| format!("host=/nonexistent user=u {text}").into_bytes())
        .collect()
}
