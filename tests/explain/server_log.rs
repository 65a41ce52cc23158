//! PostgreSQL's own log: what a client did, what a statement says and what another session suffers is no failure of a message.

use crate::harness::{codes, groups};

/// As PostgreSQL 15 writes with each prefix; the last is syslog's.
const PREFIXES: &[&str] = &[
    "2026-11-25 22:00:00.123 UTC [705] ",
    "2026-11-25 22:00:00 UTC [705]: [7-1] user=app,db=shop,app=web,client=10.0.3.7 ",
    "2026-11-25 22:00:00.123 UTC [705] app@shop ",
    "2026-11-25 22:00:00 UTC:10.0.3.7(52836):app@shop:[705]:",
    "<2026-11-25 22:00:00 UTC app shop 705>",
    "1795687200.123 [705] ",
    "Nov 25 22:00:05 db1 postgres[705]: [7-1] 2026-11-25 22:00:00 UTC [705]: user=app,db=shop ",
];

#[test]
fn a_statement_of_several_lines_did_not_happen() {
    for prefix in PREFIXES {
        let tab = if prefix.starts_with("Nov") {
            "Nov 25 22:00:05 db1 postgres[705]: [7-2] #011"
        } else {
            "\t"
        };
        let log = format!(
            "{prefix}ERROR:  relation \"absent\" does not exist at character 15\n\
             {prefix}STATEMENT:  SELECT * FROM absent\n\
             {tab}WHERE reason = 'FATAL:  sorry, too many clients already'\n\
             {tab}OR reason = 'password authentication failed for user \"app\"'\n"
        );
        assert_eq!(codes(&log), ["migrations/expected-table-missing"], "{log}");
    }
}

#[test]
fn a_client_that_went_away_is_no_fault_of_the_network() {
    for prefix in PREFIXES {
        let log = format!(
            "{prefix}LOG:  could not receive data from client: Connection reset by peer\n\
             {prefix}LOG:  could not send data to client: Connection reset by peer\n\
             {prefix}LOG:  unexpected EOF on client connection with an open transaction\n\
             {prefix}LOG:  could not accept SSL connection: EOF detected\n"
        );
        assert_eq!(codes(&log), Vec::<String>::new(), "{log}");
    }
}

#[test]
fn a_detail_belongs_to_the_message_above_it() {
    let log = "2026-11-25 22:00:00.123 UTC [705] app@nope FATAL:  database \"nope\" does not exist
2026-11-25 22:00:00.124 UTC [706] ghost@shop FATAL:  password authentication failed for user \"ghost\"
2026-11-25 22:00:00.124 UTC [706] ghost@shop DETAIL:  Role \"ghost\" does not exist.
";
    let groups = groups(log);
    let details: Vec<Option<&str>> = groups.iter().map(|group| group.first.facts.get("detail")).collect();
    assert_eq!(details, [None, Some("Role \"ghost\" does not exist.")]);
}

#[test]
fn what_a_client_says_of_the_servers_certificate_is_read() {
    let codes = |said: &str| {
        codes(format!(
            "2026-11-25 22:00:00.123 UTC [705] LOG:  could not accept SSL connection: {said}\n"
        ))
    };
    assert_eq!(codes("tlsv1 alert unknown ca"), ["tls/ca-unknown"]);
    assert_eq!(codes("sslv3 alert certificate expired"), ["tls/certificate-expired"]);
    assert_eq!(codes("certificate verify failed"), ["tls/client-certificate-rejected"]);
    assert_eq!(codes("unsupported protocol"), ["tls/protocol-mismatch"]);
}

/// PgBouncer 1.18, each block one client that was turned away.
#[test]
fn a_client_that_the_pooler_turns_away_counts_once() {
    let log = "\
2026-11-25 23:28:25.719 UTC [25965] LOG C-0x561b: shop/app@10.0.3.11:47328 login attempt: db=shop user=app tls=no
2026-11-25 23:28:25.719 UTC [25965] LOG C-0x561b: shop/app@10.0.3.11:47328 closing because: password authentication failed (age=0s)
2026-11-25 23:28:25.719 UTC [25965] WARNING C-0x561b: shop/app@10.0.3.11:47328 pooler error: password authentication failed
2026-11-25 23:28:25.895 UTC [25965] LOG C-0x561b: (nodb)/(nouser)@10.0.3.11:47340 no such user: nobody
2026-11-25 23:28:25.895 UTC [25965] LOG C-0x561b: (nodb)/nobody@10.0.3.11:47340 closing because: password authentication failed (age=0s)
2026-11-25 23:28:25.895 UTC [25965] WARNING C-0x561b: (nodb)/nobody@10.0.3.11:47340 pooler error: password authentication failed
2026-11-25 23:28:28.449 UTC [25965] WARNING server login failed: FATAL database \"nope\" does not exist
2026-11-25 23:28:28.449 UTC [25965] LOG C-0x561b: nodb/app@10.0.3.11:47374 closing because: database \"nope\" does not exist (age=0s)
2026-11-25 23:28:28.449 UTC [25965] WARNING C-0x561b: nodb/app@10.0.3.11:47374 pooler error: database \"nope\" does not exist
2026-11-25 23:28:36.868 UTC [25965] LOG C-0x561b: busy/app@10.0.3.11:47412 closing because: query_wait_timeout (age=2s)
2026-11-25 23:28:36.868 UTC [25965] WARNING C-0x561b: busy/app@10.0.3.11:47412 pooler error: query_wait_timeout
2026-11-25 23:28:36.868 UTC [25965] LOG C-0x561c: busy/app@10.0.3.11:47434 closing because: query_wait_timeout (age=2s)
2026-11-25 23:28:36.868 UTC [25965] WARNING C-0x561c: busy/app@10.0.3.11:47434 pooler error: query_wait_timeout
";
    let groups = groups(log);
    let seen: Vec<(String, u64)> = groups
        .iter()
        .map(|group| (group.first.kind.code().to_string(), group.count))
        .collect();
    let seen: Vec<(&str, u64)> = seen.iter().map(|(code, count)| (code.as_str(), *count)).collect();
    assert_eq!(
        seen,
        [
            ("auth/password-rejected", 1),
            ("auth/pooler-user-unknown", 1),
            ("auth/database-missing", 1),
            ("pool/pooler-waiting", 2),
        ]
    );
}
