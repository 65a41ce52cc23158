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

/// As PostgreSQL 12 to 18 write them, and `CloudNativePG` passes a csvlog on.
const RECORDS: &[&str] = &[
    r#"2026-11-26 01:18:18.312 UTC,"app","shop",25022,"10.0.3.7:33374",6b0788da.61be,1,"startup",2026-11-26 01:18:18 UTC,5/137,0,FATAL,22023,"invalid value for parameter ""work_mem"": ""abc""",,,,,,,,,"","client backend",,0"#,
    r#"{"timestamp":"2026-11-26 01:18:18.312 UTC","user":"app","dbname":"shop","pid":25022,"remote_host":"10.0.3.7","remote_port":33374,"session_id":"6b0788da.61be","line_num":1,"ps":"startup","session_start":"2026-11-26 01:18:18 UTC","vxid":"5/137","txid":0,"error_severity":"FATAL","state_code":"22023","message":"invalid value for parameter \"work_mem\": \"abc\"","backend_type":"client backend","query_id":0}"#,
    r#"{"level":"info","ts":"2026-11-26T01:18:18.313Z","logger":"postgres","msg":"record","logging_pod":"shop-1","record":{"log_time":"2026-11-26 01:18:18.312 UTC","user_name":"app","database_name":"shop","process_id":"25022","error_severity":"FATAL","sql_state_code":"22023","message":"invalid value for parameter \"work_mem\": \"abc\"","backend_type":"client backend"}}"#,
    "2026-11-26 01:18:18.312 UTC [25022] app@shop FATAL:  22023: invalid value for parameter \"work_mem\": \"abc\"\n2026-11-26 01:18:18.312 UTC [25022] app@shop LOCATION:  parse_and_validate_value, guc.c:7409",
];

#[test]
fn a_record_is_read_and_shown_as_the_plain_log_has_it() {
    for record in RECORDS {
        let groups = groups(record);
        assert_eq!(groups.len(), 1, "{record}");
        let first = &groups[0].first;
        assert_eq!(first.kind.code().to_string(), "auth/parameter-unsupported");
        assert_eq!(first.time.as_deref().map(|time| &time[11..19]), Some("01:18:18"), "{record}");
        assert_eq!(
            (first.facts.get("role"), first.facts.get("database")),
            (Some("app"), Some("shop")),
            "{record}"
        );
        assert!(
            first
                .excerpt
                .ends_with("app@shop FATAL: invalid value for parameter \"work_mem\": \"abc\""),
            "{}",
            first.excerpt
        );
    }
}

#[test]
fn what_a_record_says_of_its_statement_did_not_happen() {
    let record = r#"2026-11-26 01:18:01.022 UTC,"app","shop",24075,"10.0.3.7:57510",6b0788c9.5e0b,1,"SELECT",2026-11-26 01:18:01 UTC,5/83,0,ERROR,42883,"function absent(unknown) does not exist",,"No function matches the given name and argument types. You might need to add explicit type casts.",,,,"select absent('FATAL:  sorry, too many clients already')",8,,"","client backend",,0"#;
    assert_eq!(codes(record), ["migrations/object-missing"]);
}

#[test]
fn a_hint_behind_its_own_prefix_is_no_further_trouble() {
    for prefix in PREFIXES {
        let log = format!(
            "{prefix}ERROR:  could not extend file \"base/16384/17158\": No space left on device\n\
             {prefix}HINT:  Check free disk space.\n\
             {prefix}STATEMENT:  insert into orders default values\n\
             {prefix}ERROR:  out of shared memory\n\
             {prefix}HINT:  You might need to increase max_locks_per_transaction.\n"
        );
        let counts: Vec<u64> = groups(&log).iter().map(|group| group.count).collect();
        assert_eq!(counts, [1, 1], "{log}");
    }
}

/// PostgreSQL 15 with `lc_messages` set.
#[test]
fn what_goes_on_with_a_message_is_known_in_other_languages() {
    let rejected = "\
2026-11-26 01:52:14.601 UTC [18762] 致命错误:  用户 \"ghost2\" 的密码认证失败
2026-11-26 01:52:14.601 UTC [18762] 详情:  角色 \"ghost2\" 不存在。
";
    assert_eq!(codes(rejected), ["auth/password-rejected"]);
    let statement = "\
2026-11-26 01:44:52.518 UTC [15178] app@shop FEHLER:  Relation »absent« existiert nicht bei Zeichen 15
2026-11-26 01:44:52.518 UTC [15178] app@shop ANWEISUNG:  SELECT 'FATAL:  sorry, too many clients already' FROM absent
";
    assert_eq!(codes(statement), ["migrations/expected-table-missing"]);
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
