//! SQLAlchemy's clients under Gunicorn, in a queue before `PgBouncer`.

use super::console;
use crate::harness::Doctor;
use crate::lab::pgbouncer::PgBouncer;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::service::Gunicorn;

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

pub fn workers_wait_at_the_pooler(venv: &Venv, server: &Server) {
    let pooler = PgBouncer::with(server, "default_pool_size = 1\nquery_wait_timeout = 0");
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
    console::wait_for(&pooler, "app", |pool| pool["cl_waiting"] == 2 && pool["maxwait"] >= 2);
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
