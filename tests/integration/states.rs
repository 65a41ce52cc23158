//! Servers on their way up or down, or in recovery: real ones, caught in that state.

use std::time::{Duration, Instant};

use crate::harness::{Doctor, Run};
use crate::lab::german;
use crate::lab::server::{Server, Settings};
use crate::lab::skip::need;

/// A check of a server that has just been started, once recovery has begun.
pub fn recovering(server: &Server) -> Run {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let run = Doctor::check().dsn(server.dsn("app").sslmode("prefer")).run();
        if !run.codes().contains(&"auth/server-starting".to_owned()) || Instant::now() > deadline {
            return run;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[track_caller]
fn refused_by_a_recovering(server: &Server, words: &str) {
    let run = recovering(server);
    run.fails("auth/server-recovering");
    assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
}

#[track_caller]
fn refused(server: &Server, code: &str, words: &str) {
    let run = Doctor::check().dsn(server.dsn("app").sslmode("prefer")).run();
    run.fails(code);
    assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
}

#[test]
fn it_is_starting() {
    let server = Server::with(|settings| {
        settings.stays_closed();
        settings.file("recovery.signal", "");
        settings.set("restore_command", "sleep 60; false");
    });
    refused(&server, "auth/server-starting", "the database system is starting up");
}

#[test]
fn it_is_stopping() {
    let server = Server::with(|_| {});
    let session = server.session("app", "shop");
    server.signal("TERM");
    assert!(server.wait_for("received smart shutdown request"));
    refused(&server, "auth/server-stopping", "the database system is shutting down");
    drop(session);
}

#[test]
fn it_recovers_and_is_not_consistent_yet() {
    let server = Server::with(Settings::never_consistent);
    refused_by_a_recovering(&server, "not yet accepting connections");
}

#[test]
fn it_recovers_and_says_so_in_german() {
    let locales = need!(german::locales());
    let in_german = |settings: &mut Settings| {
        settings.env("LOCPATH", &locales.display().to_string());
        settings.set("lc_messages", "de_DE.UTF-8");
    };
    let server = Server::with(|settings| {
        Settings::never_consistent(settings);
        in_german(settings);
    });
    refused_by_a_recovering(&server, "Datenbanksystem");
    let closed = Server::with(|settings| {
        settings.standby();
        settings.stays_closed();
        settings.set("hot_standby", "off");
        in_german(settings);
    });
    // Which of the two it is, only the translated words tell; both are named.
    refused_by_a_recovering(&closed, "hot_standby is off, which does not");
}

#[test]
fn it_is_a_standby_that_lets_nobody_in() {
    let server = Server::with(|settings| {
        settings.standby();
        settings.stays_closed();
        settings.set("hot_standby", "off");
    });
    refused_by_a_recovering(&server, "connect to the primary");
}
