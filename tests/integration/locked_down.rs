//! Hosts that have next to nothing, or forbid it: each still gets its diagnosis.

use crate::harness::Doctor;
use crate::lab::server::Server;
use crate::lab::skip::need;
use crate::lab::{account, canary, install, tools};

fn check() -> Doctor {
    Doctor::check().dsn(Server::shared().dsn("app"))
}

/// The same verdicts as anywhere: a sound server passes, a wrong password is told.
#[track_caller]
fn diagnoses(call: impl Fn(Doctor) -> Doctor) {
    let sound = call(check()).in_format("json");
    assert_eq!(sound.status, 0, "{}{}", sound.stdout, sound.stderr);
    let wrong = Doctor::check().dsn(Server::shared().dsn("app").password(&canary::wrong()));
    let wrong = call(wrong).in_format("json");
    assert_eq!(wrong.status, 14, "{}{}", wrong.stdout, wrong.stderr);
    assert_eq!(wrong.codes(), ["auth/password-rejected"]);
    for run in [sound, wrong] {
        assert!(run.stderr.is_empty(), "{}", run.stderr);
    }
}

/// Whether this machine lets the tests change what a process sees.
pub fn own_namespaces() -> Result<(), String> {
    if !account::is_root() {
        return Err("mounting over files takes root".to_owned());
    }
    let tried = std::process::Command::new("unshare").args(["--mount", "true"]).output();
    match tried {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err("namespaces of one's own are not allowed here".to_owned()),
    }
}

/// Runs after this preparation in a mount namespace of its own.
pub fn prepared(call: Doctor, preparation: &str) -> Doctor {
    let script = format!("{preparation}; exec \"$@\"");
    call.under(&["unshare", "--mount", "sh", "-ec", &script, "sh"])
}

#[test]
fn no_resolver_configuration() {
    need!(own_namespaces());
    diagnoses(|call| prepared(call, "mount --bind /dev/null /etc/resolv.conf"));
}

#[test]
fn a_file_system_that_is_read_only() {
    need!(own_namespaces());
    diagnoses(|call| {
        prepared(
            call,
            "mount --bind / / && mount -o remount,bind,ro / && mount -t tmpfs -o ro none /dev/shm",
        )
    });
}

#[test]
fn no_proc() {
    need!(own_namespaces());
    diagnoses(|call| prepared(call, "mount -t tmpfs none /proc"));
}

#[test]
fn nothing_in_etc_but_the_hosts() {
    need!(own_namespaces());
    diagnoses(|call| prepared(call, "mount -t tmpfs none /etc && echo 127.0.0.1 localhost >/etc/hosts"));
}

#[test]
fn no_home_and_no_variables() {
    diagnoses(|call| call.under(&["env", "-i"]));
}

#[test]
fn odd_locales() {
    for locale in ["C", "POSIX", "tr_TR.UTF-8", "ja_JP.eucJP", "de_DE@euro", "nosuch", "../../etc", ""] {
        diagnoses(|call| call.env("LANG", locale).env("LC_ALL", locale).env("LANGUAGE", locale));
    }
}

#[test]
fn no_standard_input() {
    diagnoses(|call| call.under(&["sh", "-c", "exec \"$@\" <&-", "sh"]));
}

#[test]
fn no_standard_error() {
    diagnoses(|call| call.under(&["sh", "-c", "exec \"$@\" 2>&-", "sh"]));
}

/// Nor a session with one to ask.
#[test]
fn no_terminal() {
    diagnoses(|call| call.under(&["setsid", "--wait"]).env("TERM", "nosuch"));
}

#[test]
fn standard_output_that_is_closed_or_full() {
    let status = |redirection: &str| {
        let script = format!("exec \"$@\" {redirection}");
        let run = check().under(&["sh", "-c", &script, "sh"]).in_format("json");
        assert!(!run.stderr.contains("a fault of the doctor's own"), "{redirection}: {}", run.stderr);
        run.status
    };
    assert_eq!(status(">&-"), 0);
    assert_eq!(status(">&- 2>&- <&-"), 0);
    // A report that is lost is not a report.
    assert_eq!(status(">/dev/full"), 3);
    assert_eq!(status(">/dev/full 2>/dev/full"), 3);
}

#[test]
fn few_file_descriptors() {
    let with = |count: usize| {
        let limit = format!("--nofile={count}");
        check().under(&["prlimit", &limit]).in_format("json")
    };
    assert_eq!(with(32).status, 0);
    for count in 6..28 {
        let run = with(count);
        assert!(!run.stderr.contains("a fault of the doctor's own"), "{count}: {}", run.stderr);
        if run.status != 0 {
            assert_eq!(run.status, 3, "{count}: {}", run.stdout);
            assert!(run.stdout.contains("ulimit -n"), "{count}: {}", run.stdout);
        }
    }
    assert_eq!(with(10).status, 3);
}

/// `ulimit -v`: the binary itself, unoptimised, has a third of it.
#[test]
fn little_address_space() {
    diagnoses(|call| call.under(&["prlimit", "--as=150000000"]));
}

#[test]
fn the_user_nobody() {
    need!(account::is_root().then_some(()).ok_or("to become another user takes root"));
    let words = ["setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups", "--inh-caps=-all"];
    diagnoses(|call| call.readable_by_all().under(&words).env("HOME", "/nonexistent"));
}

#[test]
fn a_user_that_nobody_knows() {
    need!(account::is_root().then_some(()).ok_or("to become another user takes root"));
    let words = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--no-new-privs"];
    diagnoses(|call| call.readable_by_all().under(&words));
}

#[test]
fn a_clock_that_is_far_off() {
    let faketime = need!(install::until_found("faketime", || tools::in_path("faketime")));
    let program = faketime.display().to_string();
    for (time, code) in [
        ("2001-01-01 00:00:00", "tls/certificate-not-yet-valid"),
        ("2099-01-01 00:00:00", "tls/certificate-expired"),
    ] {
        let run = check().under(&[&program, "-f", &format!("@{time}")]).in_format("json");
        assert_eq!(run.status, 13, "{}{}", run.stdout, run.stderr);
        assert_eq!(run.codes(), [code]);
        let detail = run.finding(code).to_string();
        assert!(detail.contains("clock"), "{detail}");
    }
}
