use std::sync::OnceLock;
use std::time::Duration;

use dbdoctor::finding::pool::{database_limit, pooler_limit, pooler_waiting, reserved_slots_only, role_limit, slots_exhausted};
use dbdoctor::pool::code::{CodePool, Each, Keeping};
use dbdoctor::probe::pool::{Surroundings, judge, more_questions, questions};
use dbdoctor::request::{Demand, Request};
use dbdoctor::server::error::ServerError;
use dbdoctor::server::session::ServerFacts;
use dbdoctor::target::{Endpoint, Target};
use dbdoctor::verdict::{Fact, Notes};
use tokio::sync::Mutex;
use tokio_postgres::Client;

use crate::server::{Server, answers, facts, refusal};
use crate::{fact, finding, found, opened, pasted, request, target};

/// The tests count the server's sessions, and so take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// Of 20 slots the server keeps 3 for superusers.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start("max_connections = 20\nsuperuser_reserved_connections = 3\nautovacuum = off", false))
}

async fn role(name: &str, options: &str) {
    server().sql("postgres", &format!("CREATE ROLE {name} LOGIN {options}")).await;
}

async fn major() -> u32 {
    let text = server()
        .value("postgres", "SELECT current_setting('server_version_num')::int / 10000")
        .await;
    text.parse().unwrap()
}

/// A session that is gone from the client's side may still hold its slot for a moment.
async fn settle(expected: i64) {
    let query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    for _ in 0..100 {
        if server().value("postgres", query).await == expected.to_string() {
            // The session that asked has to go, too.
            tokio::time::sleep(Duration::from_millis(100)).await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("there are not {expected} sessions");
}

async fn check_over(client: &Client, role: &str, asked: &Request) -> (&'static str, Notes) {
    let facts = facts(client).await;
    let first = answers(client, questions()).await;
    let more = answers(client, more_questions(&first)).await;
    let target = target(role, "postgres");
    opened(judge(asked, &target, &facts, &first, &more, &Surroundings::default()))
}

async fn check(role: &str, asked: &Request) -> (&'static str, Notes) {
    let client = server().connect(role, "postgres").await.unwrap();
    check_over(&client, role, asked).await
}

fn demand(demand: Demand) -> Request {
    Request { demand, ..request(&[]) }
}

#[tokio::test]
async fn the_slots_are_those_that_the_server_gives() {
    let _turn = TURN.lock().await;
    settle(0).await;
    role("filler", "").await;
    role("monitor", "").await;
    server().sql("postgres", "GRANT pg_monitor TO monitor").await;
    settle(0).await;
    let (word, notes) = check("filler", &request(&[])).await;
    assert_eq!((word, found(&notes)), ("sound", vec![]));
    let Fact::Count(usable) = *fact(&notes, "usable") else {
        panic!("{notes:?}")
    };
    settle(0).await;

    let mut clients = Vec::new();
    let refused = loop {
        match server().connect("filler", "postgres").await {
            Ok(client) => clients.push(client),
            Err(error) => break refusal(&error).unwrap(),
        }
    };
    assert_eq!(i64::try_from(clients.len()).unwrap(), usable);
    assert_eq!(refused.sqlstate.raw(), "53300");
    let full = reserved_slots_only::finding(&"filler".into(), &"postgres".into(), &refused);
    assert!(
        full.evidence[0].starts_with("FATAL 53300: remaining connection slots are reserved"),
        "{full:?}"
    );

    clients.pop();
    settle(usable - 1).await;
    for (who, exact) in [("filler", false), ("monitor", true)] {
        let (word, notes) = check(who, &request(&[])).await;
        assert_eq!((word, found(&notes)), ("sound", vec![("near-limit", "warn")]), "{who}");
        assert_eq!(fact(&notes, "used"), &Fact::Count(usable - 1), "{who}");
        assert_eq!(fact(&notes, "used_exactly"), &Fact::Flag(exact));
        assert_eq!(finding(&notes, "near-limit").title.starts_with("about "), !exact);
        assert_eq!(pasted(&notes, "near-limit").0.contains("GRANT pg_monitor TO filler;"), !exact);
        settle(usable - 1).await;
    }

    let monitor = server().connect("monitor", "postgres").await.unwrap();
    clients.push(server().connect("postgres", "postgres").await.unwrap());
    let (word, notes) = check_over(&monitor, "monitor", &request(&[])).await;
    assert_eq!((word, found(&notes)), ("broken", vec![("reserved-slots-only", "fail")]));
    drop(monitor);
    settle(usable).await;

    while let Ok(client) = server().connect("postgres", "postgres").await {
        clients.push(client);
    }
    assert_eq!(clients.len(), 20);
    let refused = refusal(&server().connect("filler", "postgres").await.unwrap_err()).unwrap();
    assert_eq!(refused.message.raw(), "sorry, too many clients already");
    assert_eq!(
        slots_exhausted::finding(&"filler".into(), &"postgres".into(), &refused)
            .candidates
            .len(),
        3
    );
    let (word, notes) = check_over(&clients[0], "filler", &request(&[])).await;
    assert_eq!(word, "sound");
    assert_eq!(found(&notes), [("near-limit", "warn")]);
}

#[tokio::test]
async fn reserves_are_taken_off_by_what_the_role_is() {
    let _turn = TURN.lock().await;
    role("plain", "").await;
    let (_, notes) = check("plain", &request(&[])).await;
    assert_eq!(fact(&notes, "usable"), &Fact::Count(17));
    assert_eq!(
        fact(&notes, "usable_formula"),
        &Fact::from(if major().await < 16 {
            "20 max_connections − 3 superuser_reserved_connections = 17"
        } else {
            "20 max_connections − 3 superuser_reserved_connections − 0 reserved_connections = 17"
        })
    );
    let (_, notes) = check("postgres", &request(&[])).await;
    assert_eq!(fact(&notes, "usable"), &Fact::Count(20));
    if major().await >= 16 {
        let reserving = Server::start("max_connections = 20\nreserved_connections = 2\nautovacuum = off", false);
        reserving
            .sql(
                "postgres",
                "CREATE ROLE plain LOGIN; CREATE ROLE ops LOGIN; GRANT pg_use_reserved_connections TO ops",
            )
            .await;
        for (role, usable) in [("plain", 15), ("ops", 17), ("postgres", 20)] {
            let client = reserving.connect(role, "postgres").await.unwrap();
            let (_, notes) = check_over(&client, role, &request(&[])).await;
            assert_eq!(fact(&notes, "usable"), &Fact::Count(usable), "{role}");
        }
        let mut clients = Vec::new();
        while let Ok(client) = reserving.connect("plain", "postgres").await {
            clients.push(client);
        }
        assert_eq!(clients.len(), 15);
    }
}

#[tokio::test]
async fn limits_of_the_role_and_of_the_database_are_near_and_met() {
    let _turn = TURN.lock().await;
    role("limited", "CONNECTION LIMIT 5").await;
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(server().connect("limited", "postgres").await.unwrap());
    }
    settle(4).await;
    let (word, notes) = check("limited", &request(&[])).await;
    settle(4).await;
    assert_eq!((word, found(&notes)), ("sound", vec![("near-limit", "warn")]));
    let finding = finding(&notes, "near-limit");
    assert_eq!(finding.title, "4 of 5 connections that role \"limited\" is limited to are in use");
    let raise = finding.remedy.as_ref().unwrap().steps.last().unwrap();
    assert_eq!(raise.undo.as_deref(), Some("ALTER ROLE limited CONNECTION LIMIT 5;"));

    clients.push(server().connect("limited", "postgres").await.unwrap());
    let refused = loop {
        match server().connect("limited", "postgres").await {
            Ok(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => break refusal(&error).unwrap(),
        }
    };
    assert_eq!(refused.message.raw(), "too many connections for role \"limited\"");
    let met = role_limit::finding(&"limited".into(), &"postgres".into(), &refused);
    server().sql("postgres", met.remedy.unwrap().steps[0].run.as_ref().unwrap()).await;
    server().sql("postgres", "ALTER ROLE limited CONNECTION LIMIT 4").await;
    let (word, notes) = check_over(&clients[0], "limited", &request(&[])).await;
    assert_eq!((word, found(&notes)), ("broken", vec![("role-limit", "fail")]));
    server().sql("postgres", raise.run.as_ref().unwrap()).await;
    assert_eq!(
        server()
            .value("postgres", "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'limited'")
            .await,
        "10"
    );
    drop(clients);
    settle(0).await;

    server().sql("postgres", "CREATE DATABASE small CONNECTION LIMIT 0").await;
    let refused = refusal(&server().connect("limited", "small").await.unwrap_err()).unwrap();
    assert_eq!(refused.message.raw(), "too many connections for database \"small\"");
    let met = database_limit::finding(&"limited".into(), &"small".into(), &refused);
    server().sql("postgres", met.remedy.unwrap().steps[0].run.as_ref().unwrap()).await;
    settle(0).await;
}

#[tokio::test]
async fn the_demand_is_reckoned_only_from_what_is_known() {
    let _turn = TURN.lock().await;
    settle(0).await;
    role("buyer", "").await;
    settle(0).await;
    let pool = |workers, pool_size, max_overflow| {
        demand(Demand {
            hosts: None,
            workers: Some(workers),
            threads: None,
            pool_size: Some(pool_size),
            max_overflow: Some(max_overflow),
        })
    };
    for (asked, expected) in [
        (
            demand(Demand {
                pool_size: Some(500),
                ..Demand::default()
            }),
            None,
        ),
        (
            demand(Demand {
                workers: Some(500),
                ..Demand::default()
            }),
            None,
        ),
        (pool(2, 2, 2), None),
        (pool(2, 2, 3), Some("info")),
        (pool(2, 5, 2), Some("warn")),
        (pool(3, 5, 10), Some("warn")),
        (pool(1, 5, -1), Some("warn")),
        (
            demand(Demand {
                workers: Some(9),
                threads: Some(2),
                ..Demand::default()
            }),
            Some("warn"),
        ),
    ] {
        let (word, notes) = check("buyer", &asked).await;
        let expected: Vec<_> = expected.into_iter().map(|severity| ("demand-exceeds-capacity", severity)).collect();
        assert_eq!((word, found(&notes)), ("sound", expected), "{:?}", asked.demand);
        settle(0).await;
    }
    let (_, notes) = check("buyer", &pool(3, 5, 10)).await;
    let finding = finding(&notes, "demand-exceeds-capacity");
    assert_eq!(finding.title, "the application can open 45 connections; about 17 are there for it");
    assert_eq!(
        finding.detail,
        "Demand: 3 workers × (pool size 5 + overflow 10) = 45. Room: about 17 usable − 0 held by others = 17. The largest that fits: pool size + \
         overflow = 5 in each worker, or 1 worker as now."
    );
    settle(0).await;
    let other = server().connect("postgres", "postgres").await.unwrap();
    let (_, notes) = check("buyer", &pool(3, 5, 10)).await;
    assert_eq!(fact(&notes, "room"), &Fact::Count(16));
    drop(other);
    settle(0).await;
}

/// The check where the server answers one of its questions with what would take minutes to come about.
async fn check_of_old(place: usize, rows: &str, target: &Target, around: &Surroundings) -> Notes {
    let client = server().connect("postgres", "postgres").await.unwrap();
    let asked = request(&[]);
    let mut asking = questions();
    rows.clone_into(&mut asking[place]);
    let answers = answers(&client, asking).await;
    let (word, notes) = opened(judge(&asked, target, &facts(&client).await, &answers, &[], around));
    assert_eq!(word, "sound");
    notes
}

#[tokio::test]
async fn prepared_transactions_are_forgotten_after_five_minutes() {
    let _turn = TURN.lock().await;
    let (target, around) = (target("postgres", "postgres"), Surroundings::default());
    let notes = check_of_old(
        3,
        "SELECT * FROM (VALUES ('order-7', 'app', 'shop', 7200::bigint), ('order-9', 'app', 'shop', 299::bigint)) AS x",
        &target,
        &around,
    )
    .await;
    assert_eq!(found(&notes), [("prepared-transaction", "warn")]);
    let old = finding(&notes, "prepared-transaction");
    assert_eq!(old.title, "1 prepared transaction has been waiting for its commit for 7200 s");
    assert_eq!(old.evidence, ["'order-7', role \"app\", database \"shop\", prepared 7200 s ago"]);
    assert_eq!(fact(&notes, "prepared_transactions"), &Fact::Count(2));
    server().sql("postgres", &pasted(&notes, "prepared-transaction").0).await;
    settle(0).await;
}

#[tokio::test]
async fn a_client_that_keeps_what_it_does_not_use_is_named() {
    let _turn = TURN.lock().await;
    let (target, around) = (target("postgres", "postgres"), Surroundings::default());
    // Of 20 slots: so many of one client, and of them so many that are quiet.
    for (count, quiet, severity) in [(12, 11, Some("warn")), (8, 5, Some("info")), (12, 6, None), (4, 4, None)] {
        let sessions = |application: &str, client: &str, count: i64, quiet: i64| {
            format!(
                "SELECT n, 'app', 'shop', '{application}', true, 'client backend', 'idle', '{client}', true, CASE WHEN n <= {quiet} THEN 700 ELSE 5 END, \
                 NULL, NULL, false FROM generate_series(1, {count}) n"
            )
        };
        let rows = format!(
            "{} UNION ALL {}",
            sessions("web", "10.0.0.7", count, quiet),
            sessions("jobs", "10.0.0.8", 3, 3)
        );
        let notes = check_of_old(1, &rows, &target, &around).await;
        let expected: Vec<_> = severity.into_iter().map(|severity| ("connection-leak", severity)).collect();
        assert_eq!(found(&notes), expected, "{count}, {quiet}");
        if severity == Some("warn") {
            let leak = finding(&notes, "connection-leak");
            assert_eq!(
                leak.title,
                "10.0.0.7 holds 12 connections, 11 of them idle for more than ten minutes"
            );
            assert_eq!(leak.evidence.len(), 1, "{leak:?}");
            server().sql("postgres", &pasted(&notes, "connection-leak").0).await;
        }
        settle(0).await;
    }
}

#[tokio::test]
async fn a_load_balancer_may_drop_what_a_pool_keeps() {
    let _turn = TURN.lock().await;
    let pool = |longest, checked| CodePool {
        library: "SQLAlchemy",
        place: "db.py line 2".to_owned(),
        each: Each::Untold("not asked here".to_owned()),
        defaults: Vec::new(),
        keeping: Keeping::Known { longest, checked },
        cursors: None,
    };
    for (host, longest, checked, keepalives, is_said) in [
        ("db.example.com", None, false, 7_200, true),
        ("db.example.com", Some(240), false, 7_200, true),
        ("db.example.com", Some(239), false, 7_200, false),
        ("db.example.com", None, true, 7_200, false),
        ("db.example.com", None, false, 60, false),
        ("localhost", None, false, 7_200, false),
    ] {
        let target = Target::of("a test", (Endpoint::Name(host.into()), 5432), "postgres".into(), "postgres".into());
        let around = Surroundings {
            codes: vec![Some(pool(longest, checked))],
            ..Surroundings::default()
        };
        let rows = questions()[0].replace("current_setting('tcp_keepalives_idle', true)", &format!("'{keepalives}'"));
        let notes = check_of_old(0, &rows, &target, &around).await;
        let expected = if is_said { vec![("idle-timeout", "info")] } else { vec![] };
        assert_eq!(found(&notes), expected, "{host}, {longest:?}, {checked}, {keepalives}");
        settle(0).await;
    }
}

#[tokio::test]
async fn what_the_provider_reserves_is_taken_off() {
    let _turn = TURN.lock().await;
    role("tenant", "").await;
    for (who, usable) in [("tenant", 15), ("postgres", 20)] {
        let client = server().connect(who, "postgres").await.unwrap();
        client
            .batch_execute("SET rds.rds_superuser_reserved_connections = '2'")
            .await
            .unwrap();
        let (_, notes) = check_over(&client, who, &request(&[])).await;
        assert_eq!(fact(&notes, "usable"), &Fact::Count(usable), "{who}");
        if who == "tenant" {
            let Fact::Text(formula) = fact(&notes, "usable_formula") else {
                panic!("{notes:?}")
            };
            assert!(formula.ends_with(" − 2 rds.rds_superuser_reserved_connections = 15"), "{formula}");
        }
    }
    settle(0).await;
}

#[tokio::test]
async fn behind_a_pooler_the_demand_is_not_held_against_the_server() {
    let _turn = TURN.lock().await;
    role("pooled", "").await;
    let client = server().connect("pooled", "postgres").await.unwrap();
    let asked = demand(Demand {
        workers: Some(100),
        threads: Some(9),
        ..Demand::default()
    });
    let answers = answers(&client, questions()).await;
    let facts = ServerFacts {
        backend_pid: Some(-1),
        ..ServerFacts::default()
    };
    let (word, notes) = opened(judge(
        &asked,
        &target("pooled", "postgres"),
        &facts,
        &answers,
        &[],
        &Surroundings::default(),
    ));
    assert_eq!((word, found(&notes)), ("sound", vec![]));
    assert_eq!(fact(&notes, "behind_pooler"), &Fact::Flag(true));
    assert!(notes.summary.ends_with("on the server behind the pooler"), "{}", notes.summary);
}

#[tokio::test]
async fn what_is_idle_in_a_transaction_is_named_and_so_is_who_waits_for_it() {
    let _turn = TURN.lock().await;
    role("sleeper", "").await;
    server()
        .sql(
            "postgres",
            "CREATE TABLE IF NOT EXISTS queue (x int); GRANT ALL ON queue TO sleeper",
        )
        .await;
    let holder = server().connect("sleeper", "postgres").await.unwrap();
    holder.batch_execute("BEGIN; LOCK TABLE queue").await.unwrap();
    let waiter = server().connect("sleeper", "postgres").await.unwrap();
    let waiting = tokio::spawn(async move { waiter.batch_execute("SELECT * FROM queue").await });
    let (_, notes) = check("sleeper", &request(&[])).await;
    assert!(!found(&notes).contains(&("idle-in-transaction", "warn")), "{notes:?}");
    tokio::time::sleep(Duration::from_millis(2_600)).await;

    server()
        .sql("postgres", "ALTER ROLE sleeper SET idle_in_transaction_session_timeout = '4s'")
        .await;
    let (word, notes) = check("sleeper", &request(&[])).await;
    assert_eq!(
        (word, found(&notes)),
        ("sound", vec![("idle-in-transaction", "warn"), ("blocked", "warn")])
    );
    let idle = finding(&notes, "idle-in-transaction");
    assert!(
        idle.evidence[0].contains("role \"sleeper\", database \"postgres\", application \"test\""),
        "{idle:?}"
    );
    let blocked = finding(&notes, "blocked");
    assert!(
        blocked.evidence[0].contains("for a lock on public.queue, mode AccessShareLock"),
        "{blocked:?}"
    );
    server()
        .sql("postgres", blocked.remedy.as_ref().unwrap().steps[0].run.as_ref().unwrap())
        .await;

    // A role without pg_monitor sees who waits, but not who is idle.
    role("stranger", "").await;
    let (_, notes) = check("stranger", &request(&[])).await;
    assert!(notes.findings.iter().all(|finding| finding.kind.slug == "blocked"), "{notes:?}");
    // Nor since when.
    let head = finding(&notes, "blocked").evidence.last().unwrap();
    assert!(head.starts_with("head of the queue: ") && !head.contains("open for"), "{head}");
    assert_eq!(fact(&notes, "waiting_for_locks"), &Fact::Count(1));
    holder.batch_execute("ROLLBACK").await.unwrap();
    waiting.await.unwrap().unwrap();
}

#[test]
fn a_pooler_names_the_limit_and_leaves_the_cause_of_its_waiting_open() {
    let said = |message: &str| ServerError {
        severity: "FATAL".into(),
        sqlstate: "08P01".into(),
        message: message.into(),
        ..ServerError::default()
    };
    for (message, setting) in [
        ("no more connections allowed (max_client_conn)", "max_client_conn"),
        (
            "client connections exceeded (max_db_client_connections)",
            "max_db_client_connections",
        ),
        (
            "client connections exceeded (max_user_client_connections)",
            "max_user_client_connections",
        ),
    ] {
        let finding = pooler_limit::finding(&"app".into(), &"shop".into(), &said(message));
        assert_eq!(finding.title, format!("the pooler accepts no more clients ({setting})"));
        assert_eq!(finding.evidence, [format!("FATAL 08P01: {message}")]);
    }
    let finding = pooler_waiting::finding(&"app".into(), &"shop".into(), &said("query_wait_timeout"));
    assert_eq!(finding.candidates.len(), 3);
}

#[tokio::test]
async fn transaction_ids_run_out() {
    let _turn = TURN.lock().await;
    // The server's own answer, of a server that is older by so much: a real one vacuums itself young again within a second.
    let end = if major().await < 14 { 2_146_483_647 } else { 2_144_483_647 };
    for (older, expected) in [
        (1_500_000_000, vec![]),
        (1_600_000_000, vec![("wraparound", "warn")]),
        (end - 3_647, vec![("wraparound", "warn")]),
        (end, vec![("wraparound", "fail")]),
    ] {
        let client = server().connect("postgres", "postgres").await.unwrap();
        let mut asking = questions();
        let last = asking.last_mut().unwrap();
        // No test server has come so far that a few thousand transactions matter.
        let young = "(age(d.datfrozenxid) % 1000)";
        *last = last.replace("age(d.datfrozenxid)", &format!("({young} + {older})"));
        let answers = answers(&client, asking).await;
        let facts = facts(&client).await;
        drop(client);
        let judged = judge(
            &request(&[]),
            &target("postgres", "postgres"),
            &facts,
            &answers,
            &[],
            &Surroundings::default(),
        );
        let (word, notes) = opened(judged);
        assert_eq!(found(&notes), expected, "{older}");
        assert_eq!(
            word == "broken",
            expected.iter().any(|(_, severity)| *severity == "fail"),
            "{older}"
        );
        settle(0).await;
    }
}
