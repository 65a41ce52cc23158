//! Several hosts in one connection string, as libpq walks over them.

use std::sync::LazyLock;

use crate::harness::{Doctor, Run};
use crate::lab::hostile::{Behaviour, listen};
use crate::lab::server::Server;
use crate::lab::{authority, canary, port, schema, tools, workdir};

fn standby() -> &'static Server {
    static STANDBY: LazyLock<Server> = LazyLock::new(|| Server::with(super::lab::server::Settings::standby));
    &STANDBY
}

fn starting() -> u16 {
    listen(Behaviour::Error("57P03", "the database system is starting up"))
}

fn dsn(ports: &[u16], more: &str) -> String {
    let list = |items: Vec<String>| items.join(",");
    format!(
        "host={} port={} user=app password={} dbname={} sslmode=verify-full sslrootcert={} {more}",
        list(ports.iter().map(|_| "localhost".to_owned()).collect()),
        list(ports.iter().map(u16::to_string).collect()),
        canary::of("app"),
        schema::SHOP,
        authority::get().root.display(),
    )
}

fn check(ports: &[u16], more: &str) -> Run {
    Doctor::check().dsn(dsn(ports, more)).args(["--until", "auth"]).run()
}

fn tried(run: &Run) -> String {
    run.row("auth")["facts"]["hosts_tried"].to_string()
}

#[test]
fn a_host_that_refuses_is_passed_over() {
    check(&[port::free(), Server::shared().port()], "")
        .sound()
        .warns("tcp/partly-reachable");
}

#[test]
fn a_host_that_is_starting_is_passed_over() {
    let run = check(&[starting(), Server::shared().port()], "sslmode=disable");
    run.sound().warns("auth/server-starting");
    assert!(tried(&run).contains("let in"), "{}", run.stdout);
}

#[test]
fn a_refused_password_ends_the_walk() {
    let server = Server::shared();
    let mark = server.log_mark();
    let shop = server.copy();
    let ports = [server.port(), server.port()];
    let run = check(&ports, &format!("password={} dbname={}", canary::wrong(), shop.name));
    run.fails("auth/password-rejected");
    let log = server.log_of(&shop.name, mark, |log| log.contains("password authentication failed"));
    // One attempt in each of the four formats that the run was made in.
    assert_eq!(log.matches("password authentication failed").count(), 4, "{log}");
}

#[test]
fn a_full_server_ends_the_walk() {
    let full = listen(Behaviour::Error("53300", "sorry, too many clients already"));
    let run = check(&[full, Server::shared().port()], "sslmode=disable");
    run.fails_in("auth", "pool/slots-exhausted");
}

#[test]
fn silence_leads_on_where_connect_timeout_is_set() {
    let ports = [listen(Behaviour::Silent), Server::shared().port()];
    let call = |more: &str| {
        Doctor::check()
            .dsn(dsn(&ports, more))
            .args(["--until", "auth", "--timeout", "1s"])
            .run()
    };
    call("connect_timeout=2").sound();
    call("").fails_in("tls", "tcp/silent");
}

#[test]
fn a_server_that_takes_writes_is_found_behind_a_standby() {
    for attrs in ["read-write", "primary"] {
        let ports = [standby().port(), Server::shared().port()];
        let run = check(&ports, &format!("target_session_attrs={attrs}"));
        run.sound();
        assert!(tried(&run).contains("passed over: a standby"), "{}", run.stdout);
        assert!(run.codes().is_empty(), "{}", run.stdout);
    }
}

#[test]
fn a_standby_is_found_behind_a_primary() {
    for attrs in ["read-only", "standby", "prefer-standby"] {
        let ports = [Server::shared().port(), standby().port()];
        check(&ports, &format!("target_session_attrs={attrs}")).sound();
    }
    // Where the settings ask for a standby, that it takes no writes is no fault.
    let ports = [Server::shared().port(), standby().port()];
    let run = Doctor::check().dsn(dsn(&ports, "target_session_attrs=prefer-standby")).run();
    run.sound();
    assert_eq!(run.row("privileges")["facts"]["in_recovery"], true, "{}", run.stdout);
}

/// Where the walk ends: at a port, or at none.
#[test]
fn the_walk_ends_where_psqls_does() {
    let (primary, standby) = (Server::shared().port(), standby().port());
    for attrs in ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] {
        for ports in [
            [primary, standby],
            [standby, primary],
            [port::free(), standby],
            [starting(), primary],
            [standby, starting()],
        ] {
            let more = format!("hostaddr=127.0.0.1,127.0.0.1 sslmode=disable target_session_attrs={attrs}");
            let run = Doctor::check().dsn(dsn(&ports, &more)).args(["--until", "auth"]).in_format("json");
            assert_eq!(taken(&run), psqls_choice(&dsn(&ports, &more)), "{attrs} {ports:?}: {}", run.stdout);
        }
    }
}

fn taken(run: &Run) -> Option<String> {
    let facts = &run.row("auth")["facts"];
    let taken = (run.status == 0).then(|| facts["host_taken"].as_str().map(str::to_owned));
    // Where one host alone answered, it is the one that the row tcp names.
    let alone = || run.row("tcp")["summary"].as_str().unwrap().to_owned();
    let line = taken?.unwrap_or_else(alone);
    Some(line.split([':', ' ']).nth(1).unwrap().to_owned())
}

fn psqls_choice(dsn: &str) -> Option<String> {
    let output = std::process::Command::new(tools::postgres("psql"))
        .args(["-X", "-A", "-t", dsn, "-c", "SHOW port"])
        .output()
        .expect("psql can be run");
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[test]
fn no_host_is_what_the_settings_ask_for() {
    let run = check(&[standby().port()], "target_session_attrs=read-write");
    run.fails("auth/session-attrs-mismatch");
    assert!(run.stdout.contains("a standby"), "{}", run.stdout);
    check(&[Server::shared().port()], "target_session_attrs=standby").fails("auth/session-attrs-mismatch");
    check(&[port::free(), standby().port()], "target_session_attrs=primary").fails("auth/session-attrs-mismatch");
}

#[test]
fn the_host_that_is_starting_is_named_before_those_that_do_not_fit() {
    let run = check(&[starting(), standby().port()], "target_session_attrs=read-write sslmode=disable");
    run.fails("auth/server-starting");
    assert!(run.codes().contains(&"auth/session-attrs-mismatch".to_owned()), "{}", run.stdout);
}

#[test]
fn any_standby_will_do_where_one_is_only_preferred() {
    let ports = [Server::shared().port(), port::free()];
    check(&ports, "target_session_attrs=prefer-standby").sound();
}

#[test]
fn a_role_that_reads_only_by_default_is_told_from_a_standby() {
    let server = Server::with(|settings| settings.set("default_transaction_read_only", "on"));
    let run = check(&[server.port()], "target_session_attrs=read-write");
    run.fails("auth/session-attrs-mismatch");
    assert!(run.stdout.contains("read-only by default"), "{}", run.stdout);
    check(&[server.port()], "target_session_attrs=primary").sound();
}

#[test]
fn all_hosts_are_looked_at_where_chance_decides() {
    let ports = [Server::shared().port(), standby().port()];
    let run = check(&ports, "load_balance_hosts=random");
    run.sound();
    assert_eq!(tried(&run).matches("let in").count(), 2, "{}", run.stdout);
    let full = listen(Behaviour::Error("53300", "sorry, too many clients already"));
    check(&[Server::shared().port(), full], "load_balance_hosts=random sslmode=disable").fails_in("auth", "pool/slots-exhausted");
}

#[test]
fn each_host_has_its_own_password() {
    let file = workdir::fresh("home").join("pgpass");
    let lines = [(standby().port(), canary::of("app")), (Server::shared().port(), canary::of("app"))]
        .map(|(port, password)| format!("localhost:{port}:*:app:{password}\n"));
    std::fs::write(&file, lines.concat()).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let ports = [standby().port(), Server::shared().port()];
    let dsn = dsn(&ports, "target_session_attrs=read-write").replace(&format!("password={}", canary::of("app")), "");
    let dsn = format!("{dsn} passfile={}", file.display());
    Doctor::check().dsn(dsn).args(["--until", "auth"]).run().sound();
}

#[test]
fn a_method_that_the_settings_do_not_allow_gets_no_password() {
    let run = check(&[Server::shared().port()], "require_auth=!scram-sha-256");
    run.fails("auth/method-disallowed");
    check(&[Server::shared().port()], "require_auth=scram-sha-256,md5").sound();
    check(&[Server::shared().port()], "require_auth=scram-sha-256 user=trusted").fails("auth/method-disallowed");
    check(&[Server::shared().port()], "require_auth=none user=trusted").sound();
    check(&[Server::shared().port()], "require_auth=!password user=cleartext").fails("auth/method-disallowed");
}
