//! `--wait`: what passes by itself is waited for, the rest is not.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Doctor, Run};
use crate::lab::blackhole::Blackhole;
use crate::lab::canary;
use crate::lab::dns::Dns;
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{port, schema};

fn waiting(dsn: impl Into<String>, wait: &str) -> Run {
    Doctor::check().dsn(dsn).args(["--until", "auth", "--wait", wait]).in_format("json")
}

fn fact(run: &Run, name: &str) -> Value {
    run.row("config")["facts"][name].clone()
}

/// After a while, stands before the shared server on this port.
fn relay_later(port: u16, patience: Duration) {
    thread::spawn(move || {
        sleep(patience);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port was free");
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, Server::shared().port())).expect("the server runs");
            pass_on(&client, &server);
            pass_on(&server, &client);
        }
    });
}

fn pass_on(from: &TcpStream, to: &TcpStream) {
    let (mut from, mut to) = (from.try_clone().expect("a socket"), to.try_clone().expect("a socket"));
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
}

#[test]
fn a_server_that_is_not_there_yet_is_waited_for() {
    let (port, _) = (port::free(), Server::shared());
    relay_later(port, Duration::from_secs(1));
    let run = waiting(Dsn::new("app", port, schema::SHOP).host("localhost"), "30s");
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(fact(&run, "attempts").as_i64().unwrap() > 1, "{}", run.stdout);
    let waited = fact(&run, "waited_ms").as_i64().unwrap();
    assert!((700..20_000).contains(&waited), "{}", run.stdout);
    assert!(fact(&run, "waited_for").as_str().unwrap().contains("refuses"), "{}", run.stdout);
}

#[test]
fn a_slot_that_becomes_free_is_waited_for() {
    let server = Server::with(|settings| {
        settings.set("max_connections", "4");
        settings.set("superuser_reserved_connections", "1");
    });
    let held: Vec<_> = (0..3).map(|_| server.session("app", schema::SHOP)).collect();
    let holder = thread::spawn(move || {
        sleep(Duration::from_secs(2));
        drop(held);
    });
    let run = waiting(server.dsn("app"), "30s");
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(fact(&run, "attempts").as_i64().unwrap() > 1, "{}", run.stdout);
    holder.join().unwrap();
}

#[test]
fn the_last_refusal_is_told_when_the_time_is_up() {
    let run = waiting(Dsn::new("app", port::free(), schema::SHOP).host("127.0.0.1"), "1s");
    run.fails("tcp/refused");
    assert!(fact(&run, "attempts").as_i64().unwrap() >= 3, "{}", run.stdout);
    let detail = run.finding("tcp/refused")["detail"].to_string();
    assert!(detail.contains("the last of"), "{detail}");
    let starting = listen(Behaviour::Error("57P03", "the database system is starting up"));
    let run = waiting(Dsn::new("app", starting, schema::SHOP).sslmode("disable"), "1s");
    run.fails("auth/server-starting");
    assert!(fact(&run, "attempts").as_i64().unwrap() >= 3, "{}", run.stdout);
}

#[test]
fn a_name_that_is_not_there_yet_is_waited_for() {
    let network = need!(need!(Dns::shared()).network());
    let dsn = Server::shared().dsn("app").host("nosuch.lab.test");
    let run = Doctor::check().dsn(dsn).args(["--wait", "1s"]).in_network(&network).run();
    run.fails("dns/name-not-found");
    assert!(fact(&run, "attempts").as_i64().unwrap() > 1, "{}", run.stdout);
}

#[test]
fn what_does_not_pass_fails_at_once() {
    let server = Server::shared();
    let shop = server.copy();
    let mark = server.log_mark();
    let began = Instant::now();
    let run = waiting(shop.dsn("app").password(&canary::wrong()), "60s");
    run.json();
    assert_eq!(run.status, 14, "{}", run.stdout);
    assert_eq!(fact(&run, "attempts"), 1);
    let log = server.log_of(&shop.name, mark, |log| log.contains("password authentication failed"));
    assert_eq!(log.matches("password authentication failed").count(), 1, "{log}");
    let blackhole = Blackhole::open();
    let dsn = Dsn::new("app", blackhole.port, schema::SHOP).host("127.0.0.1");
    let run = Doctor::check()
        .dsn(dsn)
        .args(["--wait", "60s", "--timeout", "1s"])
        .in_format("json");
    assert_eq!((run.status, fact(&run, "attempts")), (12, Value::from(1)), "{}", run.stdout);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

#[test]
fn the_report_has_the_rows_of_the_last_attempt_alone() {
    let dsn = Dsn::new("app", port::free(), schema::SHOP).host("127.0.0.1");
    let run = Doctor::check().dsn(dsn).args(["--wait", "1s"]).in_format("human");
    assert_eq!(run.stdout.matches("config  ").count(), 1, "{}", run.stdout);
    assert_eq!(run.stdout.matches("not reached").count(), 5, "{}", run.stdout);
}
