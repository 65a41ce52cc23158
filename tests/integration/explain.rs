//! `dbdoctor explain`, through the binary.

use std::io::Write as _;
use std::process::{Child, Command, Output, Stdio};

use crate::lab::release::Release;
use crate::lab::server::Server;
use crate::lab::{account, port, workdir};

fn begin(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_dbdoctor"))
        .arg("explain")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn explain(arguments: &[&str], input: &str) -> Output {
    let mut child = begin(arguments);
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_text_a_log_and_nothing_of_ours_have_their_exit_codes() {
    let text =
        "pg8000.exceptions.InterfaceError: Can't create a connection to host db and port 5432 (timeout is 3 and source_address is None).";
    let told = explain(&["--format", "json", text], "");
    assert_eq!(told.status.code(), Some(0));
    let document: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(document["schema"], 1);
    assert_eq!(document["matches"][0]["code"], "tcp/unexplained");
    assert_eq!(document["matches"][0]["layer"], "tcp");

    let log = "ok\nFATAL:  role \"ghost\" does not exist\nFATAL:  role \"ghost\" does not exist\n";
    let told = explain(&["--format", "json", "-"], log);
    let document: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let found = &document["matches"][0];
    assert_eq!(found["code"], "auth/role-missing");
    assert_eq!(found["first_line"], 2);
    assert!(found["remedy"]["steps"].is_array(), "{found}");

    let told = explain(&["--format", "json"], "nothing here\n");
    assert_eq!(told.status.code(), Some(1));
    let document: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(document["matches"].as_array().map(Vec::len), Some(0));
}

/// Why nothing listens stands in the server's own log.
#[test]
fn a_server_that_does_not_start() {
    let running = Server::shared();
    let second = account::command(Release::installed().program("postgres"))
        .args(["-p", &port::free().to_string(), "-D"])
        .arg(running.data())
        .output()
        .unwrap();
    assert!(!second.status.success());
    let log = String::from_utf8_lossy(&second.stderr);
    let told = explain(&["--format", "json"], &log);
    let document: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(document["matches"][0]["code"], "tcp/server-not-starting", "{log}");
}

#[test]
fn a_code_is_explained_without_reading_anything() {
    let told = explain(&["auth/no-hba-entry"], "");
    assert_eq!(told.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&told.stdout).contains("What it means"));
    let told = explain(&["auth/no-such-code"], "");
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&told.stderr).contains("is no finding's code"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_followed_log_is_summed_up_on_an_interrupt() {
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, kill_process};

    let mut child = begin(&["--format", "json", "-"]);
    let mut log = child.stdin.take().unwrap();
    // The pipe holds far less than this: once all is written, the beginning was read.
    log.write_all(b"FATAL:  role \"ghost\" does not exist\n").unwrap();
    log.write_all("an ordinary line\n".repeat(100_000).as_bytes()).unwrap();
    let status = format!("/proc/{}/status", child.id());
    let catches_interrupts = || {
        let status = std::fs::read_to_string(&status).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        u64::from_str_radix(caught.trim(), 16).unwrap() & 0b10 != 0
    };
    let begun = Instant::now();
    while !catches_interrupts() {
        assert!(begun.elapsed() < Duration::from_secs(50), "interrupts are never caught");
        std::thread::sleep(Duration::from_millis(10));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let told = child.wait_with_output().unwrap();
    drop(log);
    assert_eq!(told.status.code(), Some(0));
    let document: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(document["matches"][0]["code"], "auth/role-missing");
    assert_eq!(document["matches"][0]["count"], 1);
}

/// A misspelt path is no error text in which nothing was recognised.
#[test]
fn a_file_that_is_not_there() {
    for path in [
        "/nosuch/shop.log",
        "./shop",
        "../shop",
        "~/shop",
        "shop.lgo.log",
        "shop.log.1",
        "tls/shop.log",
    ] {
        let told = explain(&[path], "");
        let said = String::from_utf8_lossy(&told.stderr);
        assert_eq!(told.status.code(), Some(2), "{path}: {said}");
        assert!(said.contains(path) && said.contains("No such file"), "{said}");
        assert!(told.stdout.is_empty(), "{path}");
    }
    for text in [
        "OperationalError",
        "28P01",
        "127.0.0.1",
        "psycopg.OperationalError",
        "I/O",
        "postgresql://localhost/shop",
    ] {
        assert_eq!(explain(&[text], "").status.code(), Some(1), "{text}");
    }
}

#[test]
fn a_file_with_a_blank_in_its_name() {
    let file = workdir::fresh("blank").join("the shop.log");
    std::fs::write(&file, "FATAL:  role \"ghost\" does not exist\n").unwrap();
    let told = explain(&["--format", "json", &file.display().to_string()], "");
    assert!(String::from_utf8_lossy(&told.stdout).contains("auth/role-missing"));
}
