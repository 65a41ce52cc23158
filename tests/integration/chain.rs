//! The whole chain on a sound server.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::harness::Doctor;
use crate::lab::account;
use crate::lab::dsn::Dsn;
use crate::lab::flights::Flights;
use crate::lab::project::Project;
use crate::lab::server::{Server, Settings};

#[test]
fn a_sound_application_passes_all_eight_layers() {
    let server = Server::shared();
    Doctor::check()
        .dsn(server.dsn("app"))
        .project(&Project::shop().path)
        .run()
        .passes_everywhere();
}

#[test]
fn one_connection_is_carried_through() {
    let server = Server::shared();
    let shop = server.copy();
    let mark = server.log_mark();
    Doctor::check()
        .dsn(shop.dsn("app"))
        .project(&Project::shop().path)
        .in_format("json");
    let log = server.log_of(&shop.name, mark, |log| log.contains("disconnection:"));
    assert_eq!(log.matches("connection authorized:").count(), 1, "{log}");
    assert_eq!(log.matches("disconnection:").count(), 1, "{log}");
    assert!(log.contains("application_name=dbdoctor"), "{log}");
    assert!(!log.contains("unexpected EOF") && !log.contains("Connection reset"), "{log}");
}

/// TCP, SSLRequest, TLS 1.3, StartupMessage, two for SCRAM, one for all queries together: one less than `psql -c 'select 1'` takes on a
/// server that asks for another key share than the one that comes first. The last flight is the farewell, which nobody waits for.
#[test]
fn seven_round_trips_are_enough() {
    assert_eq!(flights_after_tcp(|dsn| dsn), 6 + 1);
}

/// Without TLS, neither the SSLRequest nor the handshake.
#[test]
fn five_round_trips_are_enough_without_tls() {
    assert_eq!(flights_after_tcp(|dsn| dsn.sslmode("disable")), 4 + 1);
}

fn flights_after_tcp(settings: impl FnOnce(Dsn) -> Dsn) -> usize {
    let proxy = Flights::before(Server::shared().port());
    let dsn = settings(Server::shared().dsn("app").port(proxy.port));
    let run = Doctor::check().dsn(dsn).project(&Project::shop().path).in_format("json");
    assert_eq!(run.status, 0, "{}", run.stdout);
    let (connections, flights) = proxy.counted();
    assert_eq!(connections, 1, "{}", run.stdout);
    flights
}

#[test]
fn the_server_says_why_it_ended_the_session() {
    let server = Server::shared();
    let shop = server.copy();
    let _holder = shop.hold_up_checks();
    let run = std::thread::scope(|scope| {
        scope.spawn(|| {
            let end = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND application_name = 'dbdoctor' \
                 AND wait_event_type = 'Lock'",
                shop.name
            );
            let until = Instant::now() + Duration::from_mins(1);
            while server.sql("postgres", &end).trim() != "t" && Instant::now() < until {
                sleep(Duration::from_millis(50));
            }
        });
        Doctor::check().dsn(shop.dsn("app")).args(["--timeout", "600s"]).in_format("short")
    });
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
    let told = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("the server ended the session: FATAL 57P01: terminating connection due to administrator command"),
        "{}",
        run.stdout
    );
}

#[test]
fn every_statement_is_in_a_read_only_transaction() {
    let server = Server::shared();
    let shop = server.copy();
    let mark = server.log_mark();
    Doctor::check()
        .dsn(shop.dsn("app"))
        .project(&Project::shop().path)
        .in_format("json");
    let log = server.log_of(&shop.name, mark, |log| log.contains("disconnection:"));
    assert!(
        log.contains("READ ONLY") && log.contains("statement_timeout") && log.contains("lock_timeout"),
        "{log}"
    );
    assert_eq!(log.matches("READ ONLY").count(), log.matches("ROLLBACK").count(), "{log}");
    for forbidden in ["COMMIT", "INSERT INTO", "CREATE ", "ALTER ", "DROP "] {
        assert!(!log.contains(&format!("statement: {forbidden}")), "{forbidden}: {log}");
    }
}

#[test]
fn the_environment_is_enough() {
    let server = Server::shared();
    let run = Doctor::check()
        .env("DATABASE_URL", server.dsn("app"))
        .project(&Project::shop().path)
        .run();
    run.passes_everywhere();
    assert!(
        run.json()["target"]["source"].as_str().unwrap().contains("DATABASE_URL"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_unix_socket_needs_neither_dns_nor_tls() {
    let server = Server::shared();
    let run = Doctor::check().dsn(server.socket_dsn("app")).project(&Project::shop().path).run();
    run.sound();
    for layer in ["dns", "tls"] {
        assert_eq!(run.row(layer)["verdict"], "skip");
        assert_eq!(run.row(layer)["reason"], "unix socket");
    }
}

#[test]
fn peer_lets_the_user_of_its_own_name_in() {
    let server = Server::shared();
    let dsn = server.socket_dsn(&account::own_name()).no_password();
    Doctor::check().dsn(dsn).project(&Project::shop().path).run().sound();
}

#[test]
fn without_migrations_the_layer_is_skipped() {
    let run = Doctor::check().dsn(Server::shared().dsn("app")).run();
    run.sound();
    let row = run.row("migrations");
    assert_eq!(row["verdict"], "skip");
    assert!(row["reason"].as_str().unwrap().starts_with("no migrations found under"), "{row:#}");
}

#[test]
fn the_chain_ends_where_it_is_told_to() {
    let run = Doctor::check().dsn(Server::shared().dsn("app")).args(["--until", "tls"]).run();
    run.sound();
    assert_eq!(run.row("tls")["verdict"], "pass");
    assert_eq!(run.row("auth")["verdict"], "skip");
}

#[test]
fn a_standby_answers_and_takes_no_writes() {
    let standby = Server::with(Settings::standby);
    Doctor::check()
        .dsn(standby.dsn("app"))
        .project(&Project::shop().path)
        .run()
        .fails("privileges/read-only-replica")
        .exemplifies("privileges/read-only-replica");
}

#[test]
fn the_human_report_of_a_sound_application() {
    let server = Server::shared();
    let run = Doctor::check()
        .env("DATABASE_URL", server.dsn("app"))
        .project(&Project::shop().path)
        .in_format("human");
    for layer in ["config", "dns", "tcp", "tls", "auth", "privileges", "migrations", "pool"] {
        assert!(run.stdout.contains(layer), "{layer}:\n{}", run.stdout);
    }
    assert!(!run.normalised().contains(&server.port().to_string()), "{}", run.normalised());
}
