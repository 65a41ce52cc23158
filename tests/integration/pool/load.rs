//! `--load`: connections side by side, and never unless asked for.

use crate::harness::Doctor;
use crate::lab::pgbouncer::PgBouncer;
use crate::lab::server::Server;

/// The logins of the doctor since the mark.
fn logins(server: &Server, mark: usize) -> usize {
    let log = server.log_since(mark);
    log.lines()
        .filter(|line| line.contains("connection authorized") && line.contains("application_name=dbdoctor"))
        .count()
}

fn server() -> Server {
    Server::with(|settings| {
        settings.set("max_connections", "23");
        settings.set("max_wal_senders", "0");
    })
}

#[test]
fn so_many_are_opened_and_closed() {
    let server = server();
    let mark = server.log_mark();
    let call = Doctor::check().args(["--skip", "migrations"]).dsn(server.dsn("monitor"));
    call.clone().in_format("json");
    assert_eq!(logins(&server, mark), 1);
    let mark = server.log_mark();
    let run = call.args(["--load", "12"]).in_format("json");
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert_eq!(logins(&server, mark), 13, "{}", server.log_since(mark));
    let facts = run.row("pool")["facts"].clone();
    assert_eq!(
        (&facts["load_asked_for"], &facts["load_opened"]),
        (&12.into(), &12.into()),
        "{facts:#}"
    );
    let times = ["load_p50_ms", "load_p95_ms", "load_p99_ms", "load_slowest_ms"].map(|name| facts[name].as_f64().expect("a time"));
    assert!(times[0] > 0.0 && times.is_sorted(), "{facts:#}");
    assert!(facts["load_logins_per_second"].as_f64().expect("a rate") > 0.0, "{facts:#}");
    let left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dbdoctor'";
    assert_eq!(server.sql("postgres", left), "0");
}

#[test]
fn a_margin_stays_free() {
    let server = server();
    let mark = server.log_mark();
    let call = Doctor::check().args(["--skip", "migrations"]).dsn(server.dsn("monitor"));
    // Of 20 usable slots one is the check's own, and three stay free.
    let run = call.clone().args(["--load", "17"]).in_format("json");
    assert_eq!(logins(&server, mark), 1);
    let finding = run.finding("pool/load-not-run");
    run.exemplifies("pool/load-not-run");
    assert!(
        finding["title"].as_str().unwrap().contains("--load 16 is the largest"),
        "{finding:#}"
    );
    let run = call.args(["--load", "16"]).in_format("json");
    assert_eq!(run.row("pool")["facts"]["load_opened"], 16, "{}", run.stdout);
}

#[test]
fn a_roles_limit_bounds_it() {
    let server = server();
    server.sql("postgres", "ALTER ROLE monitor CONNECTION LIMIT 8");
    let run = Doctor::check()
        .args(["--skip", "migrations", "--load", "5"])
        .dsn(server.dsn("monitor"))
        .in_format("json");
    let finding = run.finding("pool/load-not-run");
    assert!(
        finding["title"].as_str().unwrap().contains("--load 4 is the largest"),
        "{finding:#}"
    );
}

#[test]
fn it_stops_at_the_first_refusal() {
    let server = server();
    // The pooler shows its console to others, so that its limit is met and not known.
    let pooler = PgBouncer::with(&server, "max_client_conn = 4");
    let run = Doctor::check()
        .args(["--skip", "migrations", "--load", "12"])
        .dsn(pooler.dsn("app"))
        .in_format("json");
    assert_eq!(run.status, 17, "{}", run.stdout);
    let facts = run.row("pool")["facts"].clone();
    assert!(facts["load_refused"].to_string().contains("max_client_conn"), "{facts:#}");
    assert!(facts["load_opened"].as_i64().unwrap() <= 3, "{facts:#}");
    assert_eq!(run.json()["failed_layer"], "pool");
    assert!(run.codes().contains(&"pool/pooler-limit".to_owned()), "{}", run.stdout);
}
