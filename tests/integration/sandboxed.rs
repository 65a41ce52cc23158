//! System call filters, as service managers and container engines set them: what they leave is enough, or is named.

use std::process::Command;

use crate::harness::{Doctor, Run};
use crate::lab::dsn::Dsn;
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{canary, install};

/// Debian's own Python has the package.
const PYTHON: &str = "/usr/bin/python3";
const RUN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/seccomp_run.py");

/// What systems have had since 2017 or later, and an engine that does not know them denies.
const NEW_CALLS: &[&str] = &[
    "EPERM=statx",
    "EPERM=clone3",
    "EPERM=faccessat2",
    "EPERM=openat2",
    "EPERM=close_range",
    "EPERM=rseq",
    "EPERM=membarrier",
    "EPERM=memfd_create",
    "EPERM=epoll_pwait2",
];

/// What container engines deny as they come.
const CONTAINER: &[&str] = &[
    "ENOSYS=clone3",
    "EPERM=unshare",
    "EPERM=setns",
    "EPERM=mount",
    "EPERM=keyctl",
    "EPERM=bpf",
    "EPERM=ptrace",
    "EPERM=userfaultfd",
    "EPERM=perf_event_open",
    "EPERM=io_uring_setup",
    "EPERM=socket:AF_VSOCK",
];

/// `RestrictAddressFamilies=AF_INET AF_INET6`: the C library's resolver asks for the other two.
const NO_HELPERS: &[&str] = &["EAFNOSUPPORT=socket:AF_UNIX", "EAFNOSUPPORT=socket:AF_NETLINK"];

const NO_THREADS: &[&str] = &["EPERM=clone", "EPERM=clone3", "EPERM=fork", "EPERM=vfork"];

fn filters() -> Result<(), String> {
    let loads = || {
        let tried = Command::new(PYTHON).args([RUN, "--", "true"]).output();
        tried.is_ok_and(|output| output.status.success()).then_some(())
    };
    install::until_found("python3-seccomp", loads)
}

fn under(call: Doctor, rules: &[&str]) -> Doctor {
    let words: Vec<&str> = [PYTHON, RUN].into_iter().chain(rules.iter().copied()).chain(["--"]).collect();
    call.under(&words)
}

fn ran(dsn: &Dsn, rules: &[&str]) -> Run {
    let run = under(Doctor::check().dsn(dsn), rules).run();
    assert!(run.stderr.is_empty(), "{rules:?}: {}", run.stderr);
    run
}

/// The same verdicts as without a filter.
#[track_caller]
fn diagnoses(rules: &[&str]) {
    let app = Server::shared().dsn("app");
    let sound = ran(&app, rules);
    assert_eq!(sound.status, 0, "{rules:?}: {}", sound.stdout);
    let wrong = ran(&app.clone().password(&canary::wrong()), rules);
    assert_eq!(wrong.codes(), ["auth/password-rejected"], "{rules:?}");
    let nobody = ran(&app.host("db.invalid"), rules);
    assert_eq!(nobody.status, 11, "{rules:?}: {}", nobody.stdout);
}

/// It says that the sandbox is in the way, and nothing of the server.
#[track_caller]
fn names_the_sandbox(dsn: &Dsn, rules: &[&str]) {
    let run = ran(dsn, rules);
    assert_eq!(run.status, 3, "{rules:?}: {}", run.stdout);
    assert_eq!(run.codes().len(), 0, "{rules:?}: {}", run.stdout);
    assert!(run.stdout.contains("see what its sandbox forbids"), "{rules:?}: {}", run.stdout);
}

#[test]
fn a_service_of_systemd() {
    need!(filters());
    diagnoses(&["only=@system-service"]);
}

#[test]
fn a_container() {
    need!(filters());
    diagnoses(CONTAINER);
}

#[test]
fn an_engine_that_is_older_than_the_c_library() {
    need!(filters());
    diagnoses(NEW_CALLS);
}

#[test]
fn without_the_resolvers_helpers() {
    need!(filters());
    diagnoses(NO_HELPERS);
    let over_a_socket = Server::shared().socket_dsn("app");
    names_the_sandbox(&over_a_socket, NO_HELPERS);
}

#[test]
fn without_threads_and_children() {
    need!(filters());
    diagnoses(NO_THREADS);
}

#[test]
fn without_a_network() {
    need!(filters());
    let app = Server::shared().dsn("app");
    for rules in [
        &["EAFNOSUPPORT=socket:AF_INET", "EAFNOSUPPORT=socket:AF_INET6"][..],
        &["EPERM=socket"],
    ] {
        names_the_sandbox(&app, rules);
        names_the_sandbox(&app.clone().host("db.invalid"), rules);
    }
}

#[test]
fn without_what_waits_for_the_network() {
    need!(filters());
    let app = Server::shared().dsn("app");
    for call in ["socketpair", "epoll_create1", "epoll_ctl", "eventfd2"] {
        names_the_sandbox(&app, &[&format!("EPERM={call}")]);
    }
}
