//! Servers and roles without a connection to spare.

use crate::harness::{Doctor, apply};
use crate::lab::database::Database;
use crate::lab::server::Server;
use crate::lab::session::Session;

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

/// A session that has done its work, holds its lock and says nothing more.
fn idle_in_transaction(shop: &Database, role: &str) -> Session {
    let mut session = shop.session(role);
    session.run("BEGIN");
    session.run("UPDATE customer SET name = name");
    session
}

fn wait_for_a_waiter(shop: &Database) {
    let waiting = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND wait_event_type = 'Lock'",
        shop.name
    );
    for _ in 0..500 {
        if shop.server.sql("postgres", &waiting) != "0" {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("nobody waits");
}
