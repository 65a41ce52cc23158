//! SQLAlchemy's clients under Gunicorn, in a queue before `PgBouncer`.

use std::time::{Duration, Instant};

use crate::harness::Doctor;
use crate::lab::pgbouncer::PgBouncer;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::service::Gunicorn;
use crate::lab::skip::need;

/// Each worker begins a transaction and does not end it.
const APP: &str = "
import os
import threading
from flask import Flask
from sqlalchemy import create_engine, text
app = Flask(__name__)
engine = create_engine(os.environ['SQLALCHEMY_URL'])
def begin():
    global held
    held = engine.connect()
    held.execute(text('SELECT 1'))
@app.get('/')
def root():
    return 'open'
";

const CONF: &str = "
workers = 3
def post_worker_init(worker):
    import shop
    shop.threading.Thread(target=shop.begin, daemon=True).start()
";

/// Clients of the role's pool that wait, and for how many seconds the first of them has, as the console shows it to psql.
fn queue(pooler: &PgBouncer, role: &str) -> (i64, i64) {
    let shown = pooler.console("SHOW POOLS;");
    let mut lines = shown.lines().map(|line| line.split('|').collect::<Vec<_>>());
    let names = lines.next().expect("a head");
    let row = lines.find(|row| row.get(1) == Some(&role)).unwrap_or_default();
    let column = |name: &str| {
        let index = names.iter().position(|column| *column == name).expect("a column");
        row.get(index).map_or(0, |number| number.parse().expect("a number"))
    };
    (column("cl_waiting"), column("maxwait"))
}

#[test]
fn workers_wait_at_the_pooler() {
    let venv = need!(Venv::shared());
    let pooler = PgBouncer::with(Server::shared(), "default_pool_size = 1\nquery_wait_timeout = 0");
    let project = Project::empty();
    project.write("shop.py", APP);
    project.write("gunicorn.conf.py", CONF);
    let dsn = pooler.dsn("app").to_string();
    let url = dsn.replacen("postgresql://", "postgresql+psycopg://", 1);
    let variables = [
        ("DATABASE_URL", dsn.as_str()),
        ("SQLALCHEMY_URL", url.as_str()),
        ("PATH", "/usr/bin:/bin"),
    ];
    let _gunicorn = Gunicorn::start(venv, &project.path, &variables, &[]);
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let (waiting, longest) = queue(&pooler, "app");
        if waiting == 2 && longest >= 2 {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "{waiting} wait for {longest} s: {}",
            pooler.console("SHOW POOLS;")
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    let run = Doctor::check().args(["--skip", "migrations"]).dsn(pooler.dsn("monitor")).run();
    run.sound().warns("pool/pooler-waiting");
    let finding = run.finding("pool/pooler-waiting");
    assert!(
        finding["title"].as_str().unwrap().starts_with("2 clients wait at the pooler"),
        "{finding:#}"
    );
    let evidence = "role \"app\", database \"shop\": 1 clients served, 2 waiting; 1 of 1 server connections in use";
    assert_eq!(finding["evidence"][0], evidence, "{finding:#}");
}
