//! What a check leaves behind: a line or two in the server's log, and nothing else.

use std::fs;
use std::process::{Command, Stdio};

use crate::harness::{Doctor, Run};
use crate::lab::attacker::relay;
use crate::lab::project::Project;
use crate::lab::server::Server;
use crate::lab::{authority, canary, workdir};

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

/// What PostgreSQL says of a client that hangs up without a word.
const COMPLAINTS: [&str; 9] = [
    "could not accept",
    "SSL error",
    "incomplete startup packet",
    "invalid length",
    "unexpected EOF",
    "connection to client lost",
    "Connection reset",
    "could not send",
    "could not receive",
];

/// What the server on its own says of the call, once all that it started for it is over.
#[track_caller]
fn said_of(server: &Server, call: impl FnOnce() -> i32) -> String {
    let mark = server.log_mark();
    let status = call();
    assert!(server.comes_to_rest(mark), "{}", server.log_since(mark));
    let log = server.log_since(mark);
    for complaint in COMPLAINTS {
        assert!(!log.contains(complaint), "{status}: {complaint}: {log}");
    }
    log
}

/// The signal comes while the server's answer to the client's nth message is not there yet: within TLS, and within the login.
#[test]
fn a_goodbye_in_the_middle_of_the_handshake_and_of_the_login() {
    let server = Server::with(|_| ());
    for (encrypted, messages) in [(true, 6), (false, 4)] {
        for (signal, nth) in (1..=messages).map(|nth| (["INT", "TERM"][nth % 2], nth)) {
            let (tell_pid, pid) = std::sync::mpsc::sync_channel::<u32>(1);
            let pid = std::sync::Arc::new(std::sync::Mutex::new(pid));
            let port = relay(server.port(), move |number| {
                if number == nth {
                    let pid = pid
                        .lock()
                        .expect("nothing panics with it")
                        .recv()
                        .expect("it was started")
                        .to_string();
                    let sent = Command::new("kill").args(["-s", signal, &pid]).status();
                    assert!(sent.is_ok_and(|status| status.success()), "kill");
                }
            });
            let dsn = server.dsn("app").port(port);
            let dsn = if encrypted { dsn } else { dsn.sslmode("disable") };
            let log = said_of(&server, || {
                let child = Command::new(env!("CARGO_BIN_EXE_dbdoctor"))
                    .args(["check", "--timeout", "60s", &dsn.to_string()])
                    .current_dir(workdir::fresh("empty"))
                    .env_clear()
                    .stdin(Stdio::null())
                    .stdout(Stdio::piped())
                    .spawn()
                    .expect("the binary can be run");
                tell_pid.send(child.id()).expect("the relay waits for it");
                let output = child.wait_with_output().expect("it is our child");
                let report = String::from_utf8_lossy(&output.stdout);
                assert_eq!(output.status.code(), Some(130), "{encrypted}, message {nth}: {report}");
                130
            });
            assert!(log.contains("connection received"), "{encrypted}, message {nth}: {log}");
        }
    }
}

/// Ways to end before there is a session.
#[test]
fn a_goodbye_wherever_the_chain_ends() {
    let server = Server::with(|_| ());
    let elsewhere = Server::with(|settings| settings.certificate = Some(authority::get().wrong_host.clone()));
    let app = server.dsn("app");
    for (server, dsn, until, status) in [
        (&server, app.clone(), "tls", 0),
        (&server, app.clone().sslmode("disable"), "tls", 0),
        (&server, app.clone(), "tcp", 0),
        (&server, app.clone().no_password(), "auth", 14),
        (&server, app.clone().with("require_auth", "md5"), "auth", 14),
        (&server, app.clone().password(&canary::wrong()), "auth", 14),
        (&server, app.clone().database("nosuch"), "auth", 14),
        (&server, app.clone(), "auth", 0),
        (&elsewhere, elsewhere.dsn("app"), "auth", 13),
    ] {
        let run = || Doctor::check().dsn(&dsn).args(["--until", until]).in_format("json");
        let log = said_of(server, || {
            let run = run();
            assert_eq!(run.status, status, "{dsn}: {}", run.stdout);
            run.status
        });
        assert!(log.contains("connection received"), "{dsn}: {log}");
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
