//! What the application can open, read from its unit, its server's settings and its code.

use std::fs;

use serde_json::Value;

use crate::harness::{Doctor, Run};
use crate::lab::project::Project;
use crate::lab::server::Server;
use crate::lab::service::Root;

const ENGINE: &str = "from sqlalchemy import create_engine\nengine = create_engine(url, pool_size=2, max_overflow=1)\n";

/// A unit's lines, the project's files, and what is expected.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// A unit that starts the shop like this, in a project with these files.
fn unit(lines: &str, files: &[(&str, &str)]) -> (Root, Project) {
    let project = Project::empty();
    for (name, text) in files {
        project.write(name, text);
    }
    let root = Root::with_service(&format!(
        "WorkingDirectory=/srv/shop\nEnvironment=\"DATABASE_URL={}\"\n{lines}\n",
        Server::shared().dsn("monitor").to_string().replace('%', "%%")
    ));
    fs::create_dir_all(root.path.join("srv")).unwrap();
    std::os::unix::fs::symlink(&project.path, root.path.join("srv/shop")).unwrap();
    (root, project)
}

fn check(root: &Root) -> Doctor {
    Doctor::check()
        .args(["--skip", "migrations", "--unit", "shop", "--root"])
        .arg(&root.path)
}

fn facts(run: &Run) -> Value {
    run.row("pool")["facts"].clone()
}

/// Starts, with the files beside them, and what they come to.
const KNOWN: &[Case] = &[
    (
        "ExecStart=/srv/venv/bin/gunicorn -w 3 shop:app",
        &[("db.py", ENGINE)],
        "3 workers × (pool size 2 + overflow 1) = 9",
    ),
    (
        "Environment=WEB_CONCURRENCY=2\nExecStart=/srv/venv/bin/gunicorn shop:app",
        &[("db.py", ENGINE)],
        "2 workers × (pool size 2 + overflow 1) = 6",
    ),
    (
        "Environment=WEB_CONCURRENCY=2 \"GUNICORN_CMD_ARGS=--workers=4 --threads=2\"\nExecStart=/srv/venv/bin/gunicorn shop:app",
        &[],
        "4 workers × 2 threads = 8",
    ),
    (
        "ExecStart=/srv/venv/bin/gunicorn shop:app",
        &[("gunicorn.conf.py", "threads = 2  # each\nbase = 2\nworkers = base * 2 + 1\n")],
        "5 workers × 2 threads = 10",
    ),
    (
        "Environment=WORKERS=6\nExecStart=/srv/venv/bin/gunicorn -c conf.py shop:app",
        &[("conf.py", "import os\nworkers = int(os.environ.get('WORKERS', 2))\n")],
        "6 workers × 1 thread = 6",
    ),
    (
        "ExecStart=/bin/sh -c 'exec gunicorn --workers 2 --worker-class gevent shop:app'",
        &[],
        "2 workers × 1000 threads = 2000",
    ),
    (
        "ExecStart=/srv/venv/bin/python -m uvicorn --workers 3 shop:app",
        &[(
            "db.py",
            "import asyncpg\nasync def start():\n    return await asyncpg.create_pool(url, max_size=7)\n",
        )],
        "3 workers × pool size 7 = 21, without any overflow",
    ),
    (
        "ExecStart=/srv/venv/bin/hypercorn -w 2 shop:app",
        &[(
            "db.py",
            "from psycopg_pool import AsyncConnectionPool\npool = AsyncConnectionPool(url)\n",
        )],
        "2 workers × pool size 4 = 8, without any overflow",
    ),
    (
        "ExecStart=/usr/bin/uwsgi --ini shop.ini",
        &[("shop.ini", "[uwsgi]\nmodule = shop:app\nprocesses = 4\nthreads = 2\n")],
        "4 workers × 2 threads = 8",
    ),
    (
        "ExecStart=/srv/venv/bin/waitress-serve --threads=6 shop:app",
        &[],
        "1 worker × 6 threads = 6",
    ),
    (
        "ExecStart=/srv/venv/bin/celery -A shop worker -c 5",
        &[("db.py", ENGINE)],
        "5 workers × (pool size 2 + overflow 1) = 15",
    ),
    (
        "ExecStart=/srv/venv/bin/celery -A shop worker --autoscale=8,2",
        &[],
        "8 workers × 1 thread = 8",
    ),
    (
        "ExecStart=/srv/venv/bin/celery -A shop worker -P threads -c 3",
        &[],
        "1 worker × 3 threads = 3",
    ),
    ("ExecStart=/srv/venv/bin/celery -A shop beat", &[], "1 worker × 1 thread = 1"),
    (
        "ExecStart=/srv/venv/bin/gunicorn -w 2 shop:app",
        &[
            ("app.py", "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"),
            (
                "config.py",
                "class Config:\n    SQLALCHEMY_ENGINE_OPTIONS = {'pool_size': 3, 'max_overflow': 0}\n    SQLALCHEMY_BINDS = {'stock': 'postgresql://other/stock'}\n",
            ),
        ],
        "2 workers × 2 engines × (pool size 3 + overflow 0) = 12",
    ),
    (
        "ExecStart=/srv/venv/bin/gunicorn -w 2 --threads 3 shop:app",
        &[(
            "db.py",
            "from sqlalchemy import create_engine\nfrom sqlalchemy.pool import NullPool\nengine = create_engine(url, poolclass=NullPool)\n",
        )],
        "2 workers × 3 threads = 6",
    ),
    (
        "ExecStart=/srv/venv/bin/gunicorn -w 2 --threads 3 site.wsgi",
        &[
            (
                "manage.py",
                "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')\n",
            ),
            ("site/__init__.py", ""),
            (
                "site/settings.py",
                "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': 'a'}, 'replica': {'ENGINE': 'django.db.backends.postgresql', 'HOST': 'a'}, 'other': {'ENGINE': 'django.db.backends.postgresql', 'HOST': 'b'}, 'lite': {'ENGINE': 'django.db.backends.sqlite3'}}\n",
            ),
        ],
        "2 workers × 3 threads × 2 databases = 12",
    ),
    (
        "Environment=DJANGO_SETTINGS_MODULE=site.prod\nExecStart=/srv/venv/bin/gunicorn -w 2 site.wsgi",
        &[
            ("site/__init__.py", ""),
            (
                "site/base.py",
                "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'OPTIONS': {'pool': True}}}\n",
            ),
            ("site/prod.py", "from .base import *\nDEBUG = False\n"),
        ],
        "2 workers × pool size 4 = 8, without any overflow",
    ),
];

#[test]
fn the_unit_and_the_code_tell_what_can_be_opened() {
    for (lines, files, formula) in KNOWN {
        let (root, _project) = unit(lines, files);
        let run = check(&root).run();
        assert_eq!(facts(&run)["demand_formula"], *formula, "{lines}\n{}", run.stdout);
    }
}

/// What cannot be told, and the place that it names.
const UNTOLD: &[Case] = &[
    (
        "ExecStart=/srv/venv/bin/gunicorn shop:app",
        &[("gunicorn.conf.py", "import shop\nworkers = shop.count()\n")],
        "gunicorn.conf.py line 2",
    ),
    (
        "ExecStart=/srv/venv/bin/gunicorn shop:app",
        // The files are read under another root: on that system there may be other CPUs.
        &[(
            "gunicorn.conf.py",
            "import multiprocessing\nworkers = multiprocessing.cpu_count() * 2 + 1\n",
        )],
        "gunicorn.conf.py line 2",
    ),
    (
        "ExecStart=/srv/venv/bin/gunicorn -w 2 shop:app",
        &[(
            "db.py",
            "from sqlalchemy import create_engine\nengine = create_engine(url, pool_size=settings.POOL)\n",
        )],
        "db.py line 2",
    ),
    (
        "ExecStart=/srv/venv/bin/gunicorn -w 2 shop:app",
        &[("one.py", ENGINE), ("two.py", ENGINE)],
        "two.py line 2",
    ),
    (
        "ExecStart=/usr/bin/uwsgi --ini shop.ini",
        &[("shop.ini", "[uwsgi]\nprocesses = %k\n")],
        "shop.ini line 2",
    ),
    ("ExecStart=/srv/venv/bin/celery -A shop worker", &[], "--concurrency"),
    ("ExecStart=/srv/venv/bin/uvicorn shop:app", &[], "--threads"),
    ("ExecStart=/srv/bin/shop", &[], "--workers"),
];

#[test]
fn what_cannot_be_told_is_named_and_not_guessed() {
    for (lines, files, place) in UNTOLD {
        let (root, _project) = unit(lines, files);
        let run = check(&root).run();
        let facts = facts(&run);
        assert!(facts["demand"].is_null(), "{lines}\n{}", run.stdout);
        assert!(facts["demand_untold"].to_string().contains(place), "{lines}\n{}", run.stdout);
    }
}

#[test]
fn several_units_count_together_on_every_host() {
    let (root, _project) = unit("ExecStart=/srv/venv/bin/gunicorn -w 3 shop:app", &[("db.py", ENGINE)]);
    root.write(
        "etc/systemd/system/jobs.service",
        "[Service]\nWorkingDirectory=/srv/shop\nExecStart=/srv/venv/bin/celery -A shop worker -c 2\n",
    );
    root.write("etc/systemd/system/odd.service", "[Service]\nExecStart=/srv/bin/odd\n");
    let run = check(&root).args(["--unit", "jobs", "--hosts", "2"]).run();
    let formula = "2 hosts × (shop: 3 workers × (pool size 2 + overflow 1) + jobs: 2 workers × (pool size 2 + overflow 1)) = 30";
    assert_eq!(facts(&run)["demand_formula"], formula, "{}", run.stdout);
    assert_eq!(facts(&run)["demand_deploying"], 60, "{}", run.stdout);
    let run = check(&root).args(["--unit", "jobs", "--unit", "odd", "--unit", "missing"]).run();
    let untold = facts(&run)["demand_untold"].to_string();
    assert!(untold.contains("odd: nothing tells the number of workers"), "{untold}");
    assert!(untold.contains("missing: "), "{untold}");
    assert_eq!(facts(&run)["demand"], 15, "{}", run.stdout);
}

#[test]
fn what_the_user_says_counts_and_defaults_are_called_so() {
    let (root, _project) = unit(
        "ExecStart=/srv/venv/bin/gunicorn -w 3 shop:app",
        &[("db.py", "from sqlalchemy import create_engine\nengine = create_engine(url)\n")],
    );
    let run = check(&root).run();
    let sources = facts(&run)["demand_sources"].to_string();
    assert!(sources.contains("workers: 3 (--workers on the command line)"), "{sources}");
    assert!(
        sources.contains("SQLAlchemy in db.py line 2, with the library's defaults pool_size 5 and max_overflow 10"),
        "{sources}"
    );
    let run = check(&root)
        .args(["--workers", "2", "--pool-size", "4", "--max-overflow", "0"])
        .run();
    assert_eq!(
        facts(&run)["demand_formula"],
        "2 workers × (pool size 4 + overflow 0) = 8",
        "{}",
        run.stdout
    );
}

#[test]
fn a_target_says_how_many_hosts_there_are() {
    let dsn = Server::shared().dsn("monitor");
    let project = Project::empty();
    project.write(
        "dbdoctor.toml",
        &format!("[targets.shop]\ndsn = \"{dsn}\"\npool = {{ hosts = 3, workers = 4, threads = 1, pool_size = 10, max_overflow = 20 }}\n"),
    );
    let run = Doctor::check().directory(&project.path).args(["--target", "shop"]).run();
    assert_eq!(
        facts(&run)["demand_formula"],
        "3 hosts × 4 workers × (pool size 10 + overflow 20) = 360",
        "{}",
        run.stdout
    );
    run.sound().warns("pool/demand-exceeds-capacity");
}
