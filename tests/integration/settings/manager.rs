//! `--unit` where systemd runs: the real one starts real applications under a real gunicorn from the unit's files.

use std::fs;

use crate::harness::Doctor;
use crate::lab::manager::Manager;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::service::{Root, answer, wait_for_workers};
use crate::lab::skip::need;
use crate::lab::{canary, port};

const FLASK: &str = "
import os
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
app = Flask(__name__)
app.config['SQLALCHEMY_DATABASE_URI'] = os.environ['DATABASE_URL'].replace('postgresql:', 'postgresql+psycopg:')
SQLAlchemy(app)
@app.get('/')
def root():
    return 'up'
";

/// The unit of an application that gunicorn serves on `port`.
fn unit(venv: &Venv, project: &Project, port: u16, arguments: &str) -> String {
    let gunicorn = venv.path().join("bin/gunicorn");
    let project = project.path.display();
    format!(
        "WorkingDirectory={project}\nEnvironment=TMPDIR=/run PYTHONDONTWRITEBYTECODE=1\nStandardOutput=null\nStandardError=null\n\
         ExecStart={} --bind 127.0.0.1:{port} {arguments}\n",
        gunicorn.display()
    )
}

fn wait_for(port: u16, workers: usize, manager: &Manager) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while answer(port).is_none() {
        assert!(std::time::Instant::now() < deadline, "{}", manager.said());
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    wait_for_workers(&manager.proc(), manager.main_pid("shop"), workers);
}

#[test]
fn a_flask_application() {
    let venv = need!(Venv::shared());
    let server = Server::shared();
    let project = Project::shop();
    project.write("shop.py", FLASK);
    let port = port::free();
    let lines = unit(venv, &project, port, "-w 2 --threads 3 shop:app");
    let root = Root::with_service(&lines);
    let file = root.write("etc/shop.env", format!("DATABASE_URL={}\n", server.dsn("app")));
    root.write(
        "etc/systemd/system/shop.service.d/10-env.conf",
        format!("[Unit]\nDefaultDependencies=no\n[Service]\nEnvironmentFile={}\n", file.display()),
    );
    let manager = need!(Manager::start(&root));
    wait_for(port, 2, &manager);

    // The name of the unit is all that is said.
    let check = || Doctor::check().beside(&manager).args(["--unit", "shop"]);
    let run = check().run();
    run.sound();
    let source = run.json()["target"]["source"].as_str().unwrap().to_owned();
    assert_eq!(
        source,
        format!("DATABASE_URL in {} line 1 (EnvironmentFile of shop.service)", file.display())
    );
    let facts = run.row("config")["facts"].clone();
    assert_eq!((&facts["workers"], &facts["threads"]), (&2.into(), &3.into()), "{facts:#}");
    assert_eq!(facts["venv"], venv.path().display().to_string(), "{facts:#}");
    assert_eq!(facts["project"], project.path.canonicalize().unwrap().display().to_string());
    assert_eq!(run.row("migrations")["verdict"], "pass", "{}", run.stdout);
    assert!(!run.codes().contains(&"config/stale-process".to_owned()), "{}", run.stdout);

    let asked = check().args(["--flask", "shop:app"]).run();
    asked.sound();
    assert_eq!(
        asked.json()["target"]["source"],
        "SQLALCHEMY_DATABASE_URI in the Flask application shop:app"
    );
    // QueuePool's own size, for each of the workers.
    assert!(asked.row("pool").to_string().contains("30"), "{}", asked.stdout);

    // A changed file reaches the process at its next start.
    let other = format!("postgresql://app:{}@db.invalid/shop", canary::of("changed"));
    fs::write(&file, format!("# the new one\nDATABASE_URL={other}\n")).unwrap();
    let run = check().run();
    run.sound().warns("config/stale-process");
    assert!(manager.systemctl(&["restart", "shop"]).status.success(), "{}", manager.said());
    wait_for(port, 2, &manager);
    let run = check().args(["--until", "config"]).run();
    assert_eq!(run.json()["target"]["host"], "db.invalid", "{}", run.stdout);
    assert!(!run.codes().contains(&"config/stale-process".to_owned()), "{}", run.stdout);

    // Without a process the files are all there is.
    assert!(manager.systemctl(&["stop", "shop"]).status.success(), "{}", manager.said());
    let run = check().args(["--until", "config"]).run();
    assert_eq!(run.json()["target"]["host"], "db.invalid", "{}", run.stdout);
    assert!(
        run.json()["target"]["source"].as_str().unwrap().contains("line 2"),
        "{}",
        run.stdout
    );
    root.write(
        "etc/systemd/system/shop.service.d/20-more.conf",
        "[Service]\nEnvironment=PGAPPNAME=shop\n",
    );
    let run = check().args(["--until", "config"]).run();
    run.sound().warns("config/stale-process");
    assert!(manager.systemctl(&["daemon-reload"]).status.success());
    let run = check().args(["--until", "config"]).run();
    assert!(!run.codes().contains(&"config/stale-process".to_owned()), "{}", run.stdout);
    let run = Doctor::check().beside(&manager).args(["--unit", "shpo"]).run();
    run.fails("config/unit-not-found");
}

const DJANGO: &str = "
import os
SECRET_KEY = 'x'
ROOT_URLCONF = 'website.urls'
ALLOWED_HOSTS = ['*']
INSTALLED_APPS = []
DATABASES = {'default': {
    'ENGINE': 'django.db.backends.postgresql',
    'NAME': os.environ['DB_NAME'], 'USER': os.environ['DB_USER'], 'PASSWORD': os.environ['DB_PASSWORD'],
    'HOST': os.environ['DB_HOST'], 'PORT': os.environ['DB_PORT'], 'CONN_MAX_AGE': 600,
}}
";

#[test]
fn a_django_project() {
    let venv = need!(Venv::shared());
    let server = Server::shared();
    let project = Project::empty();
    project.write("website/__init__.py", "");
    project.write("website/settings.py", DJANGO);
    project.write(
        "website/urls.py",
        "from django.http import HttpResponse\nfrom django.urls import path\nurlpatterns = [path('', lambda request: HttpResponse('up'))]\n",
    );
    project.write(
        "website/wsgi.py",
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'website.settings')\nfrom django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    );
    let port = port::free();
    let lines = format!(
        "{}Environment=DB_NAME=shop DB_USER=app DB_HOST=localhost \"DB_PORT={}\"\nEnvironment=DB_PASSWORD={}\n",
        unit(venv, &project, port, "--workers=3 website.wsgi"),
        server.port(),
        canary::of("app")
    );
    let root = Root::with_service(&lines);
    root.write("etc/systemd/system/service.d/apart.conf", "[Unit]\nDefaultDependencies=no\n");
    let manager = need!(Manager::start(&root));
    wait_for(port, 3, &manager);
    let check = || {
        Doctor::check()
            .beside(&manager)
            .args(["--unit", "shop.service", "--skip", "migrations"])
    };
    let run = check().run();
    run.sound();
    assert!(
        run.json()["target"]["source"]
            .as_str()
            .unwrap()
            .starts_with("DB_HOST, DB_PORT, DB_NAME, DB_USER, DB_PASSWORD in"),
        "{}",
        run.stdout
    );
    let facts = run.row("config")["facts"].clone();
    assert_eq!((&facts["workers"], &facts["threads"]), (&3.into(), &1.into()), "{facts:#}");
    assert_eq!(facts["venv"], venv.path().display().to_string(), "{facts:#}");
    let asked = check().args(["--django", "website.settings"]).run();
    asked.sound();
    assert_eq!(asked.row("config")["facts"]["conn_max_age"], 600.0, "{}", asked.stdout);
    let pid = manager.main_pid("shop").to_string();
    let run = Doctor::check()
        .beside(&manager)
        .args(["--pid", &pid, "--skip", "migrations", "--django", "website.settings"])
        .run();
    run.sound();
    assert_eq!(run.json()["target"]["database"], "shop");
    assert_eq!(run.row("config")["facts"]["workers"], 3, "{}", run.stdout);
}

#[test]
fn what_the_manager_hands_to_its_services() {
    let lines = "ExecStart=/bin/sleep infinity\n";
    let dsn = |host: &str| format!("postgresql://app:{}@{host}/shop", canary::of("app"));
    let root = Root::with_service(&format!("PassEnvironment=DATABASE_URL\n{lines}"));
    root.write("etc/systemd/system/service.d/apart.conf", "[Unit]\nDefaultDependencies=no\n");
    let manager = need!(Manager::with_environment(&root, &format!("DATABASE_URL={}", dsn("passed.invalid"))));
    let systemctl = |arguments: &[&str]| assert!(manager.systemctl(arguments).status.success(), "{}", manager.said());
    let check = |host: &str, place: &str| {
        let run = Doctor::check().beside(&manager).args(["--unit", "shop", "--until", "config"]).run();
        run.sound();
        assert_eq!(run.json()["target"]["host"], host, "{}", run.stdout);
        assert_eq!(run.json()["target"]["source"], format!("DATABASE_URL in {place}"), "{}", run.stdout);
        assert!(!run.codes().contains(&"config/stale-process".to_owned()), "{}", run.stdout);
    };

    // With the process and without it, and stronger than what all services get.
    let passed = "the service manager's own environment (PassEnvironment of shop.service)";
    systemctl(&["set-environment", &format!("DATABASE_URL={}", dsn("all.invalid"))]);
    systemctl(&["restart", "shop"]);
    check("passed.invalid", passed);
    systemctl(&["stop", "shop"]);
    check("passed.invalid", passed);

    // What a shell would have to quote arrives as it is.
    root.write("etc/systemd/system/shop.service", format!("[Service]\n{lines}"));
    systemctl(&["daemon-reload"]);
    systemctl(&[
        "set-environment",
        &format!("DATABASE_URL={}?application_name=a'b$c%20d", dsn("all.invalid")),
    ]);
    let handed = "the environment that the service manager hands to all services, shop.service among them (systemctl show-environment)";
    check("all.invalid", handed);
    systemctl(&["start", "shop"]);
    check("all.invalid", handed);

    systemctl(&["unset-environment", "DATABASE_URL"]);
    let run = Doctor::check().beside(&manager).args(["--unit", "shop", "--until", "config"]).run();
    run.sound().warns("config/stale-process");
}
