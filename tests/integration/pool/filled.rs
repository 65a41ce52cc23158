//! Servers that are filled by real applications: what is counted, what is said of it, and whether what is recommended fits.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::Doctor;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::release::Release;
use crate::lab::server::Server;
use crate::lab::service::Gunicorn;

/// Slots for ordinary roles.
pub const USABLE: i64 = 20;

/// Each worker takes as much as its pool gives, and keeps it.
const APP: &str = "
import os
from flask import Flask
from sqlalchemy import create_engine
app = Flask(__name__)
engine = create_engine(os.environ['SQLALCHEMY_URL'], pool_size=POOL, max_overflow=OVERFLOW, pool_timeout=1)
held = []
@app.get('/')
def root():
    return str(len(held))
";

const CONF: &str = "
workers = 4
def post_worker_init(worker):
    import shop
    shop.held.extend(shop.engine.connect() for _ in range(TOTAL))
";

pub fn small(release: &Release) -> Server {
    Server::with(|settings| {
        settings.release(release);
        settings.set("max_connections", &(USABLE + 3).to_string());
        settings.set("max_wal_senders", "0");
        settings.set("autovacuum", "off");
    })
}

fn project(pool: i64, overflow: i64) -> Project {
    let project = Project::empty();
    project.write(
        "shop.py",
        &APP.replace("POOL", &pool.to_string()).replace("OVERFLOW", &overflow.to_string()),
    );
    project.write("gunicorn.conf.py", &CONF.replace("TOTAL", &(pool + overflow).to_string()));
    project
}

fn start(venv: &Venv, server: &Server, project: &Project) -> Gunicorn {
    let dsn = server.dsn("app").to_string();
    let url = dsn.replacen("postgresql://", "postgresql+psycopg://", 1);
    let variables = [
        ("DATABASE_URL", dsn.as_str()),
        ("SQLALCHEMY_URL", url.as_str()),
        ("PATH", "/usr/bin:/bin"),
    ];
    Gunicorn::start(venv, &project.path, &variables, &[])
}

/// Counted by a superuser, without its own session and the check's, which may still be on its way out.
pub fn counted(server: &Server) -> i64 {
    let count = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> 'dbdoctor'";
    server.sql("postgres", count).parse().expect("a number")
}

pub fn wait_for(server: &Server, sessions: i64) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while counted(server) != sessions {
        assert!(Instant::now() < deadline, "{} sessions, not {sessions}", counted(server));
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The number in `pool size + overflow = 5 in each worker`.
fn recommended(finding: &Value) -> i64 {
    let detail = finding["detail"].as_str().expect("a text");
    let (_, rest) = detail.split_once("pool size + overflow = ").expect("a recommendation");
    rest.split(' ').next().expect("a word").parse().expect("a number")
}

/// On one release: the demand of running workers, the recommendation, and the slots that it fills to the last.
pub fn what_is_recommended_fits(venv: &Venv, release: &Release) {
    let server = small(release);
    let modest = project(1, 0);
    let gunicorn = start(venv, &server, &modest);
    wait_for(&server, 4);

    // The code says ten and ten beyond; the processes that run are four.
    let greedy = project(10, 10);
    let pid = gunicorn.pid().to_string();
    let check = |role: &str| {
        let dsn = server.dsn(role);
        Doctor::check().args(["--skip", "migrations"]).dsn(dsn)
    };
    let run = Doctor::check()
        .args(["--skip", "migrations", "--pid", &pid])
        .project(&greedy.path)
        .run();
    let facts = run.row("pool")["facts"].clone();
    assert_eq!(
        facts["demand_formula"], "4 workers × (pool size 10 + overflow 10) = 80",
        "{}",
        run.stdout
    );
    assert!(
        facts["demand_sources"]
            .to_string()
            .contains(&format!("running under process {pid}")),
        "{}",
        run.stdout
    );
    run.sound().warns("pool/demand-exceeds-capacity");
    let size = recommended(&run.finding("pool/demand-exceeds-capacity"));
    assert_eq!(size, USABLE / 4);

    // With and without pg_monitor the count is the superuser's.
    for role in ["app", "monitor"] {
        let facts = check(role).run().row("pool")["facts"].clone();
        assert_eq!(
            (&facts["usable"], &facts["used"]),
            (&USABLE.into(), &counted(&server).into()),
            "{role}: {facts:#}"
        );
        assert_eq!(facts["used_exactly"], role == "monitor");
    }
    drop(gunicorn);
    wait_for(&server, 0);

    // Whoever counts takes a slot, and so nobody does while the last ones are being taken.
    let mark = server.log_mark();
    let fitting = start(venv, &server, &project(size - 1, 1));
    let deadline = Instant::now() + Duration::from_mins(1);
    let logged_in = || server.log_since(mark).matches("connection authorized: user=app").count();
    while logged_in() < usize::try_from(USABLE).expect("a small number") {
        assert!(Instant::now() < deadline, "{}", server.log_since(mark));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(counted(&server), USABLE);
    check("app").run().fails_in("auth", "pool/reserved-slots-only");
    let superuser = Doctor::check().args(["--skip", "migrations"]).dsn(server.socket_dsn("postgres"));
    let facts = superuser.run().row("pool")["facts"].clone();
    assert_eq!(
        (&facts["usable"], &facts["used"]),
        (&(USABLE + 3).into(), &USABLE.into()),
        "{facts:#}"
    );
    drop(fitting);
    wait_for(&server, 0);
}
