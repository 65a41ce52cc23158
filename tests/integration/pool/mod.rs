//! Servers and roles without a connection to spare.

pub mod behind;
mod console;
mod demand;
pub mod django;
pub mod filled;
mod front;
pub mod library;
pub mod limited;
mod load;
pub mod queue;
mod servers;
mod workers;

use crate::harness::{Doctor, apply};
use crate::lab::database::Database;
use crate::lab::project::Project;
use crate::lab::server::Server;
use crate::lab::session::Session;
use crate::lab::skip::need;

/// A server with this many slots for ordinary roles, and three for superusers.
fn small(slots: usize) -> Server {
    Server::with(|settings| {
        settings.set("max_connections", &(slots + 3).to_string());
        settings.set("max_wal_senders", "0");
    })
}

fn fill(server: &Server, role: &str, count: usize) -> Vec<Session> {
    (0..count).map(|_| server.session(role, "shop")).collect()
}

#[test]
fn every_slot_is_taken() {
    let server = small(3);
    let _ordinary = fill(&server, "app", 3);
    let _superusers = fill(&server, "postgres", 3);
    Doctor::check()
        .dsn(server.dsn("app"))
        .run()
        .fails_in("auth", "pool/slots-exhausted");
}

#[test]
fn only_reserved_slots_are_left() {
    let server = small(3);
    let _ordinary = fill(&server, "app", 3);
    Doctor::check()
        .dsn(server.dsn("app"))
        .run()
        .fails_in("auth", "pool/reserved-slots-only");
}

#[test]
fn few_slots_are_left() {
    let server = small(10);
    let _held = fill(&server, "app", 8);
    Doctor::check().dsn(server.dsn("app")).run().sound().warns("pool/near-limit");
}

#[test]
fn the_role_has_its_limit() {
    let server = Server::with(|_| {});
    let call = Doctor::check().dsn(server.dsn("limited"));
    let run = call.clone().run();
    run.fails_in("auth", "pool/role-limit");
    apply(&server, &run.finding("pool/role-limit"));
    // How many sessions the role is to have is for people to say.
    server.sql("postgres", "ALTER ROLE limited CONNECTION LIMIT 3");
    assert_eq!(call.in_format("json").status, 0);
}

#[test]
fn the_database_has_its_limit() {
    let dsn = Server::shared().dsn("app").database("crowded");
    Doctor::check().dsn(dsn).run().fails_in("auth", "pool/database-limit");
}

#[test]
fn the_application_may_open_more_than_there_is() {
    let dsn = Server::shared().dsn("app");
    let call = Doctor::check().dsn(dsn).args(["--pool-size", "10", "--max-overflow", "20"]);
    call.clone()
        .args(["--workers", "100"])
        .run()
        .sound()
        .warns("pool/demand-exceeds-capacity");
    let of_its_own = Server::with(|_| {});
    Doctor::check()
        .dsn(of_its_own.dsn("app"))
        .args(["--pool-size", "10", "--max-overflow", "20", "--workers", "100"])
        .exemplifies("pool/demand-exceeds-capacity");
    let modest = call.args(["--workers", "2"]).run();
    assert!(
        !modest.codes().contains(&"pool/demand-exceeds-capacity".to_owned()),
        "{}",
        modest.stdout
    );
}

#[test]
fn warnings_fail_where_that_is_asked_for() {
    let call = Doctor::check()
        .dsn(Server::shared().dsn("app"))
        .args(["--pool-size", "1000", "--workers", "1"]);
    assert_eq!(call.clone().in_format("json").status, 0);
    assert_eq!(call.args(["--fail-on", "warn"]).in_format("json").status, 1);
}

#[test]
fn a_transaction_sits_idle() {
    let shop = Server::shared().copy();
    // Half of this limit is when a pause becomes a warning.
    let limit = format!("ALTER DATABASE {} SET idle_in_transaction_session_timeout = '4s'", shop.name);
    shop.server.sql("postgres", &limit);
    let _idle = idle_in_transaction(&shop, "monitor");
    std::thread::sleep(std::time::Duration::from_millis(2_200));
    Doctor::check()
        .dsn(shop.dsn("monitor"))
        .run()
        .sound()
        .warns("pool/idle-in-transaction");
}

#[test]
fn somebody_waits_for_a_lock() {
    let shop = Server::shared().copy();
    let _holder = idle_in_transaction(&shop, "monitor");
    let mut waiter = shop.session("monitor");
    waiter.run("BEGIN");
    waiter.send("LOCK TABLE customer IN ACCESS EXCLUSIVE MODE");
    wait_for_a_waiter(&shop);
    // A shorter wait is every application's daily bread.
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    Doctor::check().dsn(shop.dsn("monitor")).run().sound().warns("pool/blocked");
}

#[test]
fn the_queue_before_a_lock_is_named_from_its_head() {
    let shop = Server::shared().copy();
    let mut head = shop.session("monitor");
    head.run("BEGIN");
    head.run("UPDATE customer SET name = 'a secret name'");
    let mut second = shop.session("monitor");
    second.run("BEGIN");
    second.send("/* another secret */ LOCK TABLE customer IN ACCESS EXCLUSIVE MODE");
    wait_for_waiters(&shop, 1);
    let mut third = shop.session("monitor");
    third.send("SELECT * FROM customer WHERE name = 'a third secret'");
    wait_for_waiters(&shop, 2);
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    let run = Doctor::check().dsn(shop.dsn("monitor")).run();
    run.sound().warns("pool/blocked");
    let evidence = run.finding("pool/blocked")["evidence"].to_string();
    let pids: Vec<String> = [3, 2, 1].map(|place| evidence_pid(&shop, place)).to_vec();
    assert!(
        evidence.contains(&format!("queue: pid {} → pid {} → pid {}", pids[0], pids[1], pids[2])),
        "{evidence}"
    );
    assert!(evidence.contains(&format!("head of the queue: pid {}", pids[2])), "{evidence}");
    assert!(evidence.contains("UPDATE customer SET name = ?"), "{evidence}");
    assert!(!evidence.contains("secret"), "{evidence}");
}

/// The process of the first, second or third session of the scenario.
fn evidence_pid(shop: &Database, place: usize) -> String {
    let all = format!(
        "SELECT pid FROM pg_stat_activity WHERE datname = '{}' AND application_name <> 'dbdoctor' ORDER BY backend_start",
        shop.name
    );
    shop.server
        .sql("postgres", &all)
        .lines()
        .nth(place - 1)
        .expect("a session")
        .to_owned()
}

/// PostgreSQL can from version 14 on.
pub fn can_end_idle_sessions(server: &Server) -> Result<(), &'static str> {
    let known = server.sql("postgres", "SELECT count(*) FROM pg_settings WHERE name = 'idle_session_timeout'");
    (known == "1").then_some(()).ok_or("idle_session_timeout takes PostgreSQL 14")
}

#[test]
fn the_server_ends_what_the_pool_keeps() {
    let shop = Server::shared().copy();
    need!(can_end_idle_sessions(shop.server));
    shop.server.sql(
        "postgres",
        &format!("ALTER DATABASE {} SET idle_session_timeout = '10min'", shop.name),
    );
    let check = |engine: &str| {
        let project = Project::empty();
        project.write(
            "db.py",
            &format!("from sqlalchemy import create_engine\nengine = create_engine(url{engine})\n"),
        );
        Doctor::check()
            .dsn(shop.dsn("app"))
            .project(&project.path)
            .args(["--workers", "1"])
            .run()
    };
    let run = check("");
    run.sound().warns("pool/idle-timeout").exemplifies("pool/idle-timeout");
    let finding = run.finding("pool/idle-timeout").to_string();
    assert!(
        finding.contains("600 s") && finding.contains("SQLAlchemy in db.py line 2"),
        "{finding}"
    );
    for safe in [", pool_pre_ping=True", ", pool_recycle=300"] {
        let codes = check(safe).codes();
        assert!(!codes.contains(&"pool/idle-timeout".to_owned()), "{safe}: {codes:?}");
    }
    check(", pool_recycle=900").warns("pool/idle-timeout");
}

#[test]
fn the_bar_shows_every_slot() {
    let server = small(17);
    let _own = fill(&server, "monitor", 3);
    let _others = fill(&server, "app", 2);
    let call = Doctor::check().dsn(server.dsn("monitor")).args(["--skip", "migrations"]);
    let run = call
        .args(["--workers", "4", "--pool-size", "5", "--max-overflow", "0"])
        .in_format("human");
    let bar = run.stdout.lines().find(|line| line.trim_start().starts_with('[')).expect("a bar");
    // Of 17 usable slots two are others': 15 are the application's, and it can open 20.
    assert_eq!(bar.trim_start(), "[xxxoo###............]!!!!!", "{}", run.stdout);
    assert!(
        run.stdout
            .contains("20 slots: x reserved 3, o used by others 2, # used by this application 3"),
        "{}",
        run.stdout
    );
}

/// A session that has done its work, holds its lock and says nothing more.
fn idle_in_transaction(shop: &Database, role: &str) -> Session {
    let mut session = shop.session(role);
    session.run("BEGIN");
    session.run("UPDATE customer SET name = name");
    session
}

fn wait_for_a_waiter(shop: &Database) {
    wait_for_waiters(shop, 1);
}

fn wait_for_waiters(shop: &Database, count: usize) {
    let waiting = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND wait_event_type = 'Lock'",
        shop.name
    );
    for _ in 0..500 {
        if shop.server.sql("postgres", &waiting) == count.to_string() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("nobody waits");
}

/// The missing unit of a number: what was meant as seconds.
#[test]
fn statements_have_hardly_any_time() {
    const MS: i64 = 90;
    let shop = Server::shared().copy();
    let check = || Doctor::check().dsn(shop.dsn("app")).run();
    for (place, shown) in [
        (format!("DATABASE \"{}\"", shop.name), "DATABASE"),
        (format!("ROLE app IN DATABASE \"{}\"", shop.name), "ROLE app IN DATABASE"),
    ] {
        shop.sql(&format!("ALTER {place} SET statement_timeout = {MS}"));
        let run = check();
        run.sound().warns("pool/statement-timeout");
        let finding = run.finding("pool/statement-timeout");
        let step = &finding["remedy"]["steps"][0];
        assert!(step["run"].to_string().contains(shown), "{finding:#}");
        shop.sql(step["run"].as_str().expect("a statement"));
        assert!(!check().codes().contains(&"pool/statement-timeout".to_owned()), "{shown}");
        shop.sql(&format!("ALTER {place} RESET statement_timeout"));
    }
    let dsn = shop.dsn("app").with("options", &format!("-c statement_timeout={MS}"));
    let run = Doctor::check().dsn(dsn).run();
    run.sound().warns("pool/statement-timeout");
    let finding = run.finding("pool/statement-timeout");
    assert_eq!(finding["remedy"]["steps"][0]["where"], "app-config", "{finding:#}");
    // What is meant: a second.
    shop.sql(&format!("ALTER DATABASE \"{}\" SET statement_timeout = 1000", shop.name));
    assert!(!check().codes().contains(&"pool/statement-timeout".to_owned()));
}
