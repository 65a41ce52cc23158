//! `--pid`, and `--unit` with a running process: a real Flask application under a real gunicorn.

use crate::harness::Doctor;
use crate::lab::canary;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::service::{Gunicorn, Root};
use crate::lab::skip::need;

const APP: &str = "
import os
from flask import Flask
app = Flask(__name__)
url = os.environ['DATABASE_URL']
@app.get('/')
def root():
    return 'up'
";

#[test]
fn gunicorn_tells_dsn_venv_project_and_workers() {
    let venv = need!(Venv::shared());
    let server = Server::shared();
    let project = Project::shop();
    project.write("shop.py", APP);
    let dsn = server.dsn("app").to_string();
    let variables = [("DATABASE_URL", dsn.as_str()), ("PATH", "/usr/bin:/bin")];
    let gunicorn = Gunicorn::start(venv, &project.path, &variables, &["-w", "2", "--threads", "3"]);
    assert!(gunicorn.get().unwrap().ends_with("up"));
    gunicorn.wait_for_workers(2);
    let pid = gunicorn.pid().to_string();

    let run = Doctor::check().args(["--pid", &pid]).run();
    run.sound();
    let config = run.row("config");
    let facts = &config["facts"];
    assert_eq!((&facts["workers"], &facts["threads"]), (&2.into(), &3.into()), "{config:#}");
    assert_eq!(facts["venv"], venv.path().display().to_string(), "{config:#}");
    assert_eq!(
        facts["project"],
        project.path.canonicalize().unwrap().display().to_string(),
        "{config:#}"
    );
    assert!(facts["packages"].as_str().unwrap().contains("psycopg "), "{config:#}");
    assert_eq!(run.row("migrations")["verdict"], "pass", "{}", run.stdout);

    // The unit's files say what the process has.
    let program = venv.path().join("bin/gunicorn");
    let root = Root::with_service(&format!(
        "EnvironmentFile=/etc/shop.env\nExecStart={} -w 2 shop:app\n",
        program.display()
    ));
    root.write("etc/shop.env", format!("DATABASE_URL={dsn}\n"));
    let unit = |root: &Root| Doctor::check().args(["--unit", "shop", "--pid", &pid, "--root"]).arg(&root.path);
    let run = unit(&root).run();
    run.sound();
    assert!(!run.codes().contains(&"config/stale-process".to_owned()), "{}", run.stdout);
    assert!(
        run.json()["target"]["source"]
            .as_str()
            .unwrap()
            .contains("EnvironmentFile of shop.service"),
        "{}",
        run.stdout
    );

    // They were changed after the process was started: it goes on with what it has.
    let other = format!("postgresql://app:{}@db.invalid/shop", canary::of("changed"));
    root.write("etc/shop.env", format!("DATABASE_URL={other}\n"));
    let run = unit(&root).run();
    run.sound();
    run.warns("config/stale-process").exemplifies("config/stale-process");
    let finding = run.finding("config/stale-process").to_string();
    assert!(
        finding.contains("systemctl restart shop.service") && finding.contains("etc/shop.env line 1"),
        "{finding}"
    );
    assert_eq!(run.json()["target"]["host"], "localhost");
}

#[test]
fn settings_that_came_after_the_process() {
    let mut sleeper = std::process::Command::new("sleep").arg("60").env_clear().spawn().unwrap();
    let root = Root::with_service("EnvironmentFile=/etc/shop.env\n");
    root.write(
        "etc/shop.env",
        format!("DATABASE_URL=postgresql://app:{}@localhost/shop\n", canary::of("app")),
    );
    let pid = sleeper.id().to_string();
    // Until the program is there, the process has the environment of its parent.
    std::thread::sleep(std::time::Duration::from_millis(200));
    let run = Doctor::check()
        .args(["--unit", "shop", "--pid", &pid, "--root"])
        .arg(&root.path)
        .run();
    let alone = Doctor::check().args(["--pid", &pid]).run();
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    run.finding("config/stale-process");
    assert_eq!(run.status, 10, "{}", run.stdout);
    alone.finding("config/no-settings");
}

#[test]
fn there_is_no_such_process() {
    Doctor::check()
        .args(["--pid", "4194305"])
        .run()
        .fails("config/process-not-found")
        .exemplifies("config/process-not-found");
}

#[test]
fn a_process_of_somebody_else() {
    // The first process is root's.
    let run = Doctor::check().by_an_ordinary_user().args(["--pid", "1"]).run();
    run.fails("config/env-file-unreadable");
    assert!(
        run.finding("config/env-file-unreadable").to_string().contains("sudo dbdoctor"),
        "{}",
        run.stdout
    );
}
