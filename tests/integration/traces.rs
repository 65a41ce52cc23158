//! What a check leaves behind: a line or two in the server's log, and nothing else.

use std::fs;

use crate::harness::{Doctor, Run};
use crate::lab::project::Project;
use crate::lab::server::Server;
use crate::lab::{canary, workdir};

/// Held up by a lock that is not given back, the check is still at work when the signal comes.
fn ended_early(signal: &'static str) -> (Run, String) {
    let server = Server::shared();
    let shop = server.copy();
    let mark = server.log_mark();
    let _holder = shop.hold_up_checks();
    let call = Doctor::check().dsn(shop.dsn("app")).args(["--timeout", "60s"]);
    let run = call.signalled(signal, "1.5").in_format("json");
    let log = server.log_of(&shop.name, mark, |log| {
        log.lines().any(|line| line.contains("dbdoctor") && line.contains("disconnection:"))
    });
    (run, log)
}

#[track_caller]
fn is_clean(log: &str) {
    let own: Vec<&str> = log.lines().filter(|line| line.contains("dbdoctor")).collect();
    assert_eq!(own.iter().filter(|line| line.contains("disconnection:")).count(), 1, "{log}");
    for trace in [
        "unexpected EOF",
        "connection to client lost",
        "Connection reset",
        "could not send",
        "could not receive",
    ] {
        assert!(!log.contains(trace), "{trace}: {log}");
    }
}

#[test]
fn a_goodbye_on_every_way_out() {
    for signal in ["INT", "TERM"] {
        let (run, log) = ended_early(signal);
        assert_eq!(run.status, 130, "{signal}: {}{}", run.stdout, run.stderr);
        is_clean(&log);
    }
}

#[test]
fn a_goodbye_where_nobody_reads_the_report() {
    let server = Server::shared();
    let shop = server.copy();
    for script in ["\"$@\" | true", "\"$@\" >&-", "\"$@\" >/dev/full || true"] {
        let mark = server.log_mark();
        let call = Doctor::check().dsn(shop.dsn("app")).project(&Project::shop().path);
        let run = call.under(&["sh", "-c", script, "sh"]).in_format("human");
        assert!(!run.stderr.contains("a fault of the doctor's own"), "{script}: {}", run.stderr);
        let log = server.log_of(&shop.name, mark, |log| log.contains("disconnection:"));
        assert_eq!(log.matches("connection authorized:").count(), 1, "{log}");
        is_clean(&log);
    }
}

#[test]
fn nothing_in_the_database_and_nothing_on_the_disk() {
    const OBJECTS: &str = "SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_namespace), \
                           (SELECT count(*) FROM pg_roles), (SELECT count(*) FROM pg_prepared_xacts)";
    const OWN_SESSIONS: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dbdoctor' AND datname = current_database()";
    let server = Server::shared();
    let shop = server.copy();
    let before = server.sql(&shop.name, OBJECTS);
    let directory = workdir::fresh("working");
    let temporary = workdir::fresh("temporary");
    for dsn in [shop.dsn("app"), shop.dsn("app").password(&canary::wrong()), shop.dsn("no_insert")] {
        let call = Doctor::check().dsn(dsn).directory(&directory);
        let call = call.env("TMPDIR", temporary.display().to_string());
        call.clone().env("HOME", directory.display().to_string()).in_format("json");
        call.args(["--output", "report.json"]).in_format("json");
    }
    assert_eq!(server.sql(&shop.name, OBJECTS), before);
    assert_eq!(server.sql(&shop.name, OWN_SESSIONS), "0");
    let left = |directory| -> Vec<_> {
        let entries = fs::read_dir(directory).expect("the directory is ours");
        entries.map(|entry| entry.expect("an entry").file_name()).collect()
    };
    assert_eq!(left(&directory), ["report.json"]);
    assert!(left(&temporary).is_empty());
}

/// Programs that are asked see neither the password nor a variable that holds it.
#[test]
fn no_secret_for_the_programs_that_are_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = workdir::fresh("programs");
    let seen = directory.join("seen");
    let recorder = format!("#!/bin/sh\n{{ echo \"$0 $*\"; env; cat; }} >>{} 2>&1\nexit 1\n", seen.display());
    for name in ["docker", "podman", "systemctl", "getent"] {
        let path = directory.join(name);
        fs::write(&path, &recorder).expect("the directory is ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the file is ours");
    }
    let password = canary::of("app");
    let dsn = Server::shared().dsn("app").to_string();
    let path = format!("{}:/usr/bin:/bin", directory.display());
    for option in [["--container", "shop"], ["--unit", "shop"]] {
        let call = Doctor::check().args(option).env("PATH", &path).env("SHOP_URL", &dsn);
        call.env("DATABASE_URL", &dsn).env("PGPASSWORD", &password).in_format("json");
    }
    let seen = fs::read_to_string(&seen).expect("programs were asked");
    assert!(seen.contains("docker") && seen.contains("PATH="), "{seen}");
    assert_eq!(canary::found_in(&seen), None, "{seen}");
}
