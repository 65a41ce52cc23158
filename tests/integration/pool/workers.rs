//! Gunicorn's workers: what its master was told counts, and those that run are evidence.

use std::time::{Duration, Instant};

use dbdoctor::process;
use serde_json::Value;

use crate::harness::Doctor;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::service::Gunicorn;
use crate::lab::skip::need;

const APP: &str = "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'open']\n";

/// A replaced worker may run on for so long: then what there is has settled.
const GRACE: Duration = Duration::from_secs(1);

fn start(venv: &Venv, conf: &str, arguments: &[&str]) -> Gunicorn {
    let project = Project::empty();
    project.write("shop.py", APP);
    project.write("gunicorn.conf.py", conf);
    let dsn = Server::shared().dsn("app").to_string();
    let grace = GRACE.as_secs().to_string();
    let arguments = [&["--graceful-timeout", &grace], arguments].concat();
    Gunicorn::start(
        venv,
        &project.path,
        &[("DATABASE_URL", &dsn), ("PATH", "/usr/bin:/bin")],
        &arguments,
    )
}

/// Waits until the master has so many children, the youngest of them older than any replacement.
fn settle(gunicorn: &Gunicorn, children: usize) {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let there = process::children(gunicorn.pid());
        let youngest = process::youngest(there.iter().copied()).unwrap_or_default();
        if there.len() == children && youngest > GRACE + Duration::from_millis(100) {
            return;
        }
        assert!(Instant::now() < deadline, "{there:?}, the youngest for {youngest:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn send(name: &str, pid: u32) {
    let pid = pid.to_string();
    let sent = std::process::Command::new("kill").args(["-s", name, &pid]).status();
    assert!(sent.is_ok_and(|status| status.success()), "kill -s {name} {pid}");
}

fn facts(gunicorn: &Gunicorn) -> Value {
    let pid = gunicorn.pid().to_string();
    let run = Doctor::check().args(["--skip", "migrations", "--pid", &pid]).run();
    run.row("pool")["facts"].clone()
}

/// The demand, of one thread in each worker, and what is said of the workers.
fn of(gunicorn: &Gunicorn) -> (Value, String) {
    let facts = facts(gunicorn);
    (facts["demand"].clone(), facts["demand_sources"][0].to_string())
}

#[test]
fn a_master_that_still_starts_has_the_workers_it_was_told() {
    let venv = need!(Venv::of_applications());
    // It stays where a slow machine passes: two of four have been started.
    let gunicorn = start(
        venv,
        "import time\nworkers = 4\ndef pre_fork(server, worker):\n    if worker.age > 2:\n        time.sleep(120)\n",
        &[],
    );
    settle(&gunicorn, 2);
    let (demand, said) = of(&gunicorn);
    // It does not heed a milder signal in its sleep, and its workers would stay for a while.
    for pid in process::children(gunicorn.pid()).into_iter().chain([gunicorn.pid()]) {
        send("KILL", pid);
    }
    assert_eq!(demand, 4, "{said}");
    assert!(
        said.contains("gunicorn.conf.py line 2; at this moment 2 running under process"),
        "{said}"
    );
}

#[test]
fn workers_that_were_added_by_hand_count() {
    let venv = need!(Venv::of_applications());
    let gunicorn = start(venv, "", &["--workers", "2"]);
    settle(&gunicorn, 2);
    send("TTIN", gunicorn.pid());
    settle(&gunicorn, 3);
    let (demand, said) = of(&gunicorn);
    assert_eq!(demand, 3, "{said}");
    assert!(said.contains("; 2 by --workers on the command line"), "{said}");
    // Those that were taken away come back with the next restart.
    for left in [2, 1] {
        send("TTOU", gunicorn.pid());
        settle(&gunicorn, left);
    }
    let (demand, said) = of(&gunicorn);
    assert_eq!(demand, 2, "{said}");
    assert!(said.contains("at this moment 1 running"), "{said}");
}

#[test]
fn a_master_that_is_to_follow_is_no_worker() {
    let venv = need!(Venv::of_applications());
    let gunicorn = start(venv, "", &["--workers", "2"]);
    settle(&gunicorn, 2);
    send("USR2", gunicorn.pid());
    settle(&gunicorn, 3);
    let (demand, said) = of(&gunicorn);
    let follower = process::children(gunicorn.pid())
        .into_iter()
        .find(|pid| process::look(*pid).is_ok_and(|child| child.variables.contains_key("GUNICORN_PID")));
    // It would outlive the master that started it.
    send("TERM", follower.expect("the master that is to follow"));
    assert_eq!(demand, 2, "{said}");
    assert!(said.contains("and running under process"), "{said}");
}

#[test]
fn where_the_plan_is_computed_those_that_run_count_once_they_have_settled() {
    let venv = need!(Venv::of_applications());
    let conf = "import os\nworkers = len(os.environ['PATH'].split(':'))\n";
    let gunicorn = start(venv, conf, &[]);
    settle(&gunicorn, 2);
    let (demand, said) = of(&gunicorn);
    assert_eq!(demand, 2, "{said}");
    drop(gunicorn);
    // No replacement is over as soon as this.
    let gunicorn = start(venv, conf, &["--graceful-timeout", "3600"]);
    let facts = facts(&gunicorn);
    let untold = facts["demand_untold"][0].to_string();
    assert!(facts["demand"].is_null(), "{facts:#}");
    assert!(
        untold.contains("gunicorn.conf.py line 2") && untold.contains("at this moment"),
        "{untold}"
    );
}
