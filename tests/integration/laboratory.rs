//! The laboratory itself: every role of the matrix fails with PostgreSQL's own words, as libpq tells them.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::lab::blackhole::Blackhole;
use crate::lab::dns::Dns;
use crate::lab::dsn::Dsn;
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::network::Network;
use crate::lab::pgbouncer::{PgBouncer, STALE, WITHOUT_SERVER};
use crate::lab::server::{Server, Settings};
use crate::lab::skip::need;
use crate::lab::{account, authority, canary, matrix, tools, workdir};

/// What libpq says about a connection: nothing where it was let in.
fn libpq(dsn: &Dsn) -> String {
    let output = Command::new(tools::postgres("psql"))
        .args(["-X", "-q", "-c", "SELECT", &dsn.to_string()])
        .env_clear()
        .env("HOME", workdir::fresh("home"))
        .env("PGCONNECT_TIMEOUT", "10")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("psql can be run");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn refused(dsn: &Dsn, text: &str) {
    let said = libpq(dsn);
    assert!(said.contains(text), "{dsn}: {said}");
}

#[track_caller]
fn let_in(dsn: &Dsn) {
    let said = libpq(dsn);
    assert!(said.is_empty(), "{dsn}: {said}");
}

#[test]
fn the_sound_roles_are_let_in() {
    let server = Server::shared();
    for role in ["app", "owner", "monitor", "admin", "md5", "cleartext", "trusted", "tlsonly"] {
        let_in(&server.dsn(role));
    }
    for role in ["no_insert", "no_sequence", "no_schema", "no_connect", "read_only"] {
        let_in(&server.dsn(role));
    }
    let_in(&server.dsn("awkward").password(&canary::awkward()));
    let_in(&server.dsn("app").sslmode("disable"));
    let_in(&server.dsn("plainonly").sslmode("disable"));
    let_in(&server.socket_dsn("app"));
    let_in(&server.socket_dsn(&account::own_name()).no_password());
}

#[test]
fn whoever_lacks_the_password_hears_the_same() {
    let server = Server::shared();
    let dsns = ["passwordless", "expired", "ghost"].map(|role| (role, server.dsn(role)));
    for (role, dsn) in dsns {
        refused(&dsn, &format!("password authentication failed for user \"{role}\""));
    }
    refused(
        &server.dsn("app").password(&canary::wrong()),
        "password authentication failed for user \"app\"",
    );
    refused(&server.dsn("app").no_password(), "fe_sendauth: no password supplied");
}

#[test]
fn a_role_is_refused_for_what_it_is() {
    let server = Server::shared();
    refused(&server.dsn("nologin"), "role \"nologin\" is not permitted to log in");
    refused(&server.dsn("trusted_ghost"), "role \"trusted_ghost\" does not exist");
    refused(&server.dsn("limited"), "too many connections for role \"limited\"");
}

#[test]
fn pg_hba_conf_refuses() {
    let server = Server::shared();
    refused(&server.dsn("nohba"), "no pg_hba.conf entry for host");
    refused(&server.dsn("rejected"), "pg_hba.conf rejects connection for host");
    refused(&server.dsn("tlsonly").sslmode("disable"), "no encryption");
    refused(&server.dsn("plainonly"), "SSL encryption");
    refused(&server.socket_dsn("peered"), "Peer authentication failed for user \"peered\"");
}

#[test]
fn client_certificates_are_asked_for() {
    let server = Server::shared();
    let directory = workdir::fresh("client");
    let authority = authority::get();
    for role in ["certified", "certified_too"] {
        refused(&server.dsn(role), "connection requires a valid client certificate");
    }
    for (name, identity) in [("pkcs8", &authority.client), ("pkcs1", &authority.client_pkcs1)] {
        let (certificate, key) = identity.write(&directory, name);
        let dsn = server.dsn("certified").with("sslcert", &certificate.display().to_string());
        let_in(&dsn.with("sslkey", &key.display().to_string()));
    }
    let (certificate, key) = authority.client_encrypted.write(&directory, "encrypted");
    let encrypted = server
        .dsn("certified")
        .with("sslcert", &certificate.display().to_string())
        .with("sslkey", &key.display().to_string());
    let_in(&encrypted.clone().with("sslpassword", &canary::of("the client's key")));
    refused(&encrypted.with("sslpassword", &canary::wrong()), "could not load private key file");
    let (certificate, key) = authority.client_stranger.write(&directory, "stranger");
    let stranger = server.dsn("certified").with("sslcert", &certificate.display().to_string());
    refused(&stranger.with("sslkey", &key.display().to_string()), "unknown ca");
}

#[test]
fn databases_refuse() {
    let server = Server::shared();
    let app = server.dsn("app");
    refused(&app.clone().database("nosuch"), "database \"nosuch\" does not exist");
    refused(
        &app.clone().database("closed"),
        "database \"closed\" is not currently accepting connections",
    );
    refused(&app.clone().database("crowded"), "too many connections for database \"crowded\"");
    refused(&app.database("private"), "permission denied for database \"private\"");
}

#[test]
fn certificates_have_their_faults() {
    let authority = authority::get();
    let cases = [
        (&authority.expired, "certificate verify failed"),
        (&authority.not_yet_valid, "certificate verify failed"),
        (&authority.other_ca, "certificate verify failed"),
        (&authority.self_signed, "certificate verify failed"),
        (&authority.missing_intermediate, "certificate verify failed"),
        (&authority.wrong_host, "does not match host name \"localhost\""),
    ];
    for (identity, text) in cases {
        let server = Server::with(|settings| settings.certificate = Some(identity.clone()));
        refused(&server.dsn("app"), text);
        let_in(&server.dsn("app").sslmode("require"));
    }
    for identity in [&authority.expiring, &authority.by_intermediate] {
        let server = Server::with(|settings| settings.certificate = Some(identity.clone()));
        let_in(&server.dsn("app"));
    }
    let plain = Server::with(|settings| settings.certificate = None);
    refused(&plain.dsn("app"), "server does not support SSL, but SSL was required");
}

#[test]
fn privileges_are_missing_one_by_one() {
    let server = Server::shared();
    let cases = [
        (
            "no_insert",
            "INSERT INTO customer VALUES (0, 'x')",
            "permission denied for table customer",
        ),
        (
            "no_sequence",
            "INSERT INTO customer (name) VALUES ('x')",
            "permission denied for sequence customer_id_seq",
        ),
        ("no_schema", "SELECT FROM sealed.ledger", "permission denied for schema sealed"),
        ("app", "CREATE TABLE x ()", "permission denied for schema public"),
    ];
    for (role, sql, text) in cases {
        let said = server.try_sql("shop", &format!("BEGIN; SET SESSION AUTHORIZATION {role}; {sql}; ROLLBACK"));
        assert!(said.as_ref().is_err_and(|error| error.contains(text)), "{role}: {said:?}");
    }
    let read_only = server.session("read_only", "shop").run("SHOW transaction_read_only");
    assert_eq!(read_only.trim(), "on");
}

#[test]
fn the_pooler_lets_in_and_refuses() {
    let server = Server::shared();
    let pooler = PgBouncer::before(server);
    let_in(&pooler.dsn("app"));
    let_in(&pooler.dsn("app").sslmode("disable"));
    refused(&pooler.dsn("app").password(&canary::wrong()), "SASL authentication failed");
    refused(&pooler.dsn("owner"), "SASL authentication failed");
    refused(&pooler.dsn("app").database("nosuch"), "no such database: nosuch");
    refused(&pooler.dsn("app").database(WITHOUT_SERVER), "query_wait_timeout");
    let stale = pooler.dsn(STALE).password(&canary::of("the pooler's stale password"));
    refused(&stale, "password authentication failed");
    let strict = PgBouncer::with(server, "client_tls_sslmode = require");
    let_in(&strict.dsn("app"));
    refused(&strict.dsn("app").sslmode("disable"), "SSL required");
}

#[test]
fn listeners_are_not_postgresql() {
    let dial = |behaviour| Dsn::new("app", listen(behaviour), "shop").host("127.0.0.1").sslmode("require");
    refused(&dial(Behaviour::Http), "received invalid response to SSL negotiation: H");
    refused(&dial(Behaviour::Mysql), "received invalid response to SSL negotiation: J");
    // The banner of SSH begins with the byte that says yes.
    refused(&dial(Behaviour::Ssh), "SSL");
    refused(&dial(Behaviour::YesThenGarbage), "wrong version number");
    refused(&dial(Behaviour::YesThenClose), "SSL");
    let slipping = Behaviour::SlipsIn(Server::shared().port());
    refused(&dial(slipping), "received unencrypted data after SSL response");
    refused(&dial(Behaviour::CloseAtOnce), "server closed the connection unexpectedly");
    refused(&dial(Behaviour::Reset), "server closed the connection unexpectedly");
    refused(&dial(Behaviour::NoThenClose), "server does not support SSL, but SSL was required");
    refused(
        &dial(Behaviour::NoThenClose).sslmode("prefer"),
        "server closed the connection unexpectedly",
    );
    for behaviour in [Behaviour::Silent, Behaviour::YesThenSilence] {
        refused(&dial(behaviour).with("connect_timeout", "2"), "timeout expired");
    }
    let starting = dial(Behaviour::Error("57P03", "the database system is starting up"));
    refused(&starting.sslmode("disable"), "FATAL:  the database system is starting up");
}

#[test]
fn packets_vanish_in_the_blackhole() {
    let blackhole = Blackhole::open();
    let dsn = Dsn::new("app", blackhole.port, "shop").host("127.0.0.1");
    refused(&dsn.with("connect_timeout", "2"), "timeout expired");
}

#[test]
fn no_route_leads_out_of_isolation() {
    let network = need!(Network::isolated());
    for (host, text) in [("192.0.2.1", "Network is unreachable"), ("198.51.100.1", "No route to host")] {
        let words = network.prefix();
        let output = Command::new(&words[0])
            .args(&words[1..])
            .arg(tools::postgres("psql"))
            .arg(Dsn::new("app", 5432, "shop").host(host).to_string())
            .output()
            .expect("psql can be run");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(text), "{host}: {said}");
    }
}

#[test]
fn a_small_server_fills_up() {
    let server = Server::with(|settings| {
        settings.set("max_connections", "5");
        settings.set("max_wal_senders", "0");
    });
    let ordinary = [server.session("app", "shop"), server.session("app", "shop")];
    refused(&server.dsn("app"), "remaining connection slots are reserved");
    let superusers = [0; 3].map(|_| server.session("postgres", "shop"));
    refused(&server.dsn("app"), "sorry, too many clients already");
    drop((ordinary, superusers));
}

#[test]
fn a_standby_reads_and_does_not_write() {
    let standby = Server::with(Settings::standby);
    let_in(&standby.dsn("app"));
    let said = standby.try_sql("shop", "CREATE TABLE x ()");
    assert!(said.is_err_and(|error| error.contains("read-only transaction")));
}

#[test]
fn the_harness_sees_a_secret_in_any_form() {
    let canary = canary::of("app");
    assert!(canary::found_in(&format!("postgresql://app:{canary}@db/shop")).is_some());
    let bytewise: String = canary
        .bytes()
        .flat_map(|byte| format!("%{byte:02x}").into_bytes())
        .map(char::from)
        .collect();
    assert!(canary::found_in(&bytewise).is_some());
    let awkward = canary::awkward();
    let encoded = percent_encoding::utf8_percent_encode(&awkward, percent_encoding::NON_ALPHANUMERIC).to_string();
    assert!(canary::found_in(&encoded).is_some());
}

#[test]
fn names_resolve_in_every_way() {
    let dns = need!(Dns::shared());
    let network = need!(dns.network());
    let ask = |name: &str| {
        let words = network.prefix();
        let started = Instant::now();
        let output = Command::new(&words[0])
            .args(&words[1..])
            .args(["getent", "ahosts", name])
            .output()
            .expect("getent can be run");
        (String::from_utf8_lossy(&output.stdout).into_owned(), started.elapsed())
    };
    assert!(ask("db.lab.test").0.contains("127.0.0.1"));
    assert!(ask("alias.lab.test").0.contains("127.0.0.1"));
    assert!(ask("six.lab.test").0.contains("::1"));
    assert!(ask("two.lab.test").0.contains("127.0.0.2"));
    for name in ["text.lab.test", "nosuch.lab.test", "db.broken.test"] {
        let (answer, time) = ask(name);
        assert!(
            answer.is_empty() && time < Duration::from_secs(1),
            "{name}: {answer} after {time:?}"
        );
    }
    let (answer, time) = ask("db.silent.test");
    assert!(answer.is_empty() && time > Duration::from_secs(1), "{answer} after {time:?}");
}

#[test]
fn a_copy_is_the_shop_and_goes_away() {
    let server = Server::shared();
    let copy = server.copy();
    let mark = server.log_mark();
    let_in(&copy.dsn("app"));
    let log = server.log_of(&copy.name, mark, |log| log.contains("disconnection"));
    assert_eq!(log.matches("connection authorized: user=app").count(), 1, "{log}");
    let name = copy.name.clone();
    drop(copy);
    assert_eq!(
        server.sql("postgres", &format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")),
        "0"
    );
}

#[test]
fn every_password_is_a_canary_of_its_own() {
    let mut canaries: Vec<String> = matrix::ROLES.iter().map(|role| canary::of(role.name)).collect();
    canaries.sort();
    canaries.dedup();
    assert_eq!(canaries.len(), matrix::ROLES.len());
    let canary = canary::of("app");
    assert!(canary.len() >= 16);
    for part in [&canary[..], &canary[5..13]] {
        let found = canary::found_in(&format!("x{part}x"));
        assert!(found.is_some_and(|found| part.contains(&found)), "{part}");
    }
    assert_eq!(canary::found_in(&canary[5..12]), None);
    for before in ["", "a", "ab"] {
        let encoded = openssl::base64::encode_block(format!("{before}{canary}:more").as_bytes());
        assert!(canary::found_in(&encoded).is_some(), "{encoded}");
    }
    assert_eq!(canary::found_in("postgresql://app:***@localhost/shop"), None);
}

#[test]
fn nothing_of_a_dropped_server_stays() {
    let server = Server::with(|_| {});
    let directory = server.socket_directory().to_owned();
    assert!(directory.is_dir());
    drop(server);
    assert!(!directory.exists());
    let processes = fs::read_dir("/proc").expect("/proc is mounted").flatten();
    let left = processes.filter_map(|process| fs::read_to_string(process.path().join("cmdline")).ok());
    let needle = directory.display().to_string();
    assert_eq!(left.filter(|words| words.contains(&needle)).count(), 0);
}
