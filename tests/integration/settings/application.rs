//! `--django` and `--flask`: the application itself says what it runs with.

use std::fs;
use std::time::{Duration, Instant};

use crate::harness::Doctor;
use crate::lab::canary;
use crate::lab::project::Project;
use crate::lab::python::Venv;
use crate::lab::server::Server;
use crate::lab::skip::need;

/// Settings whose values only running them tells, in a module that is noisy about it.
const DJANGO: &str = "
import os, sys
print('{\"answer\": 1}')
SECRET_KEY = 'x'
INSTALLED_APPS = []
parts = dict(pair.split('=', 1) for pair in os.environ['SHOP_DATABASE'].split(';'))
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': parts['name'], 'USER': parts['user'], 'PASSWORD': parts['password'][::-1],
        'HOST': parts['host'], 'PORT': int(parts['port']),
        'CONN_MAX_AGE': 60, 'CONN_HEALTH_CHECKS': True,
        'OPTIONS': {'sslmode': 'disable', 'connect_timeout': 5},
    },
    'archive': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'archive'},
}
";

fn django(text: &str) -> Project {
    let project = Project::empty();
    project.write("website/__init__.py", "");
    project.write("website/settings.py", text);
    project
}

fn ask_django(venv: &Venv, project: &Project) -> Doctor {
    Doctor::check()
        .args(["--until", "auth", "--django", "website.settings", "--venv"])
        .arg(venv.path())
        .project(&project.path)
}

/// The login of the server's role, for code that turns the password round.
fn parts(server: &Server, role: &str) -> String {
    let backwards: String = canary::of(role).chars().rev().collect();
    format!("name=shop;user={role};password={backwards};host=localhost;port={}", server.port())
}

/// The same database twice, with a pool, and another one elsewhere.
const POOLED: &str = "
SHOP = {
    'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'app', 'PASSWORD': DB_PASSWORD, 'HOST': 'localhost', 'PORT': DB_PORT,
    'OPTIONS': {'sslmode': 'disable', 'pool': {'max_size': 6, 'max_lifetime': 900}},
}
DATABASES = {'default': SHOP, 'stock': SHOP, 'archive': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'archive', 'HOST': 'elsewhere'}}
";

#[test]
fn databases_of_the_same_server_count() {
    let venv = need!(Venv::of_applications());
    let shop = Server::shared().copy();
    shop.server.sql(
        "postgres",
        &format!("ALTER DATABASE {} SET idle_session_timeout = '10min'", shop.name),
    );
    let text = format!(
        "import os\nDB_PASSWORD = os.environ['SHOP_PASSWORD']\nDB_PORT = {}\n{}",
        shop.server.port(),
        POOLED.replace("'NAME': 'shop'", &format!("'NAME': '{}'", shop.name))
    );
    let project = django(&text);
    let run = Doctor::check()
        .args(["--skip", "migrations", "--workers", "2", "--django", "website.settings", "--venv"])
        .arg(venv.path())
        .project(&project.path)
        .env("SHOP_PASSWORD", canary::of("app"))
        .run();
    let facts = run.row("pool")["facts"].clone();
    assert_eq!(
        facts["demand_formula"], "2 workers × 2 engines × pool size 6 = 24, without any overflow",
        "{}",
        run.stdout
    );
    // It keeps them for longer than the server does, and does not try them.
    run.sound().warns("pool/idle-timeout");
    assert!(
        run.finding("pool/idle-timeout")["detail"].to_string().contains("for up to 900 s"),
        "{}",
        run.stdout
    );
}

#[test]
fn django_says_what_it_runs_with() {
    let venv = need!(Venv::shared());
    let server = Server::shared();
    let project = django(DJANGO);
    let run = ask_django(venv, &project).env("SHOP_DATABASE", parts(server, "app")).run();
    run.sound();
    let json = run.json();
    assert_eq!(
        json["target"]["source"],
        "DATABASES[\"default\"] in the Django settings website.settings"
    );
    assert_eq!(
        (&json["target"]["user"], &json["target"]["sslmode"]),
        (&"app".into(), &"disable".into())
    );
    let facts = run.row("config")["facts"].clone();
    assert_eq!((&facts["conn_max_age"], &facts["conn_health_checks"]), (&60.0.into(), &true.into()));
    assert_eq!(facts["engine"], "django.db.backends.postgresql");
    assert_eq!(facts["options"], serde_json::json!(["connect_timeout", "sslmode"]));
    assert_eq!(facts["other_databases"], serde_json::json!(["DATABASES[\"archive\"]"]));
    assert!(facts["asked"].as_str().unwrap().contains("bin/python"), "{facts:#}");
    assert!(!project.path.join("website/__pycache__").exists(), "nothing is written");

    // What its environment says beside that is named.
    let other = format!("postgresql://app:{}@elsewhere.invalid/shop", canary::of("other"));
    let run = ask_django(venv, &project)
        .env("SHOP_DATABASE", parts(server, "app"))
        .env("DATABASE_URL", other)
        .run();
    run.sound().warns("config/sources-disagree").exemplifies("config/sources-disagree");
    let finding = run.finding("config/sources-disagree").to_string();
    assert!(
        finding.contains("elsewhere.invalid") && finding.contains("The application itself says"),
        "{finding}"
    );
}

#[test]
fn a_target_names_the_application() {
    let venv = need!(Venv::shared());
    let server = Server::shared();
    let project = django(DJANGO);
    let venv = venv.path().display();
    let target = format!("[targets.web]\nproject = \".\"\nvenv = \"{venv}\"\ndjango = \"website.settings\"\n");
    project.write("dbdoctor.toml", &target);
    let check = || {
        Doctor::check()
            .directory(&project.path)
            .args(["--target", "web", "--until", "auth"])
            .env("SHOP_DATABASE", parts(server, "app"))
    };
    let run = check().run();
    run.sound();
    assert_eq!(run.json()["target"]["database"], "shop", "{}", run.stdout);
    project.write("dbdoctor.toml", &format!("{target}flask = \"shop:app\"\n"));
    assert!(check().in_format("json").stderr.contains("of django and flask, only one"));
}

#[test]
fn django_stops_before_it_has_settings() {
    let venv = need!(Venv::shared());
    let project = django(DJANGO);
    let run = ask_django(venv, &project).run();
    run.fails("config/application-fails").exemplifies("config/application-fails");
    let finding = run.finding("config/application-fails").to_string();
    assert!(
        finding.contains("website/settings.py line 6: KeyError: 'SHOP_DATABASE'") && finding.contains("give SHOP_DATABASE its value"),
        "{finding}"
    );
    // A piece of the password in the exception is no more to be shown than the whole.
    let secret = canary::of("port");
    let project = django("import os\nint(os.environ['DATABASE_URL'].split(':')[2].split('@')[0])\n");
    let run = ask_django(venv, &project)
        .env("DATABASE_URL", format!("postgresql://app:{secret}@localhost/shop"))
        .run();
    run.fails("config/application-fails");
    assert!(
        run.stdout.contains("ValueError") && !run.stdout.contains(&secret[..6]),
        "{}",
        run.stdout
    );
    Doctor::check()
        .args(["--django", "webside.settings", "--venv"])
        .arg(venv.path())
        .project(&project.path)
        .run()
        .fails("config/app-not-found")
        .exemplifies("config/app-not-found");
    let project = django("import nowhere_at_all\n");
    let run = ask_django(venv, &project).run();
    run.fails("config/application-fails");
    assert!(run.stdout.contains("nowhere_at_all"), "{}", run.stdout);
}

#[test]
fn django_refuses_or_uses_something_else() {
    let venv = need!(Venv::shared());
    let ask = |databases: &str| ask_django(venv, &django(&format!("SECRET_KEY = 'x'\nDATABASES = {databases}\n"))).run();
    ask("{'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'db.sqlite3'}}").fails("config/sqlite-fallback");
    ask("{'default': {'ENGINE': 'django.db.backends.mysql', 'NAME': 'shop'}}").fails("config/not-postgres");
    ask("{'default': {'ENGINE': 'django.db.backends.postgres', 'NAME': 'shop'}}").fails("config/framework-refuses");
    ask("{'default': {'ENGINE': 'django.db.backends.postgresql', 'USER': 'app'}}").fails("config/framework-refuses");
    ask("{}").fails("config/missing-setting");
    let pool = "{'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'CONN_MAX_AGE': 60, 'OPTIONS': {'pool': True}}}";
    let run = ask(pool);
    run.fails("config/framework-refuses");
    ask("{'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'HOST': 'None'}}").fails("config/missing-setting");
    let run = ask("{'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'OPTIONS': {'bogus': 1}}}");
    run.fails("config/unknown-parameter");
    assert!(run.stdout.contains("bogus"), "{}", run.stdout);
}

const FLASK: &str = "
import os
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

def create_app():
    app = Flask(__name__)
    app.config['SQLALCHEMY_DATABASE_URI'] = os.environ['SHOP_URL'].replace('shop://', 'postgresql://')
    app.config['SQLALCHEMY_BINDS'] = {'archive': 'sqlite://'}
    app.config['SQLALCHEMY_ENGINE_OPTIONS'] = {'pool_size': 7, 'max_overflow': 3, 'connect_args': {'sslmode': 'disable'}}
    SQLAlchemy(app)
    return app
";

#[test]
fn flask_says_what_it_runs_with() {
    let venv = need!(Venv::shared());
    let server = Server::shared();
    let project = Project::empty();
    project.write("shop.py", FLASK);
    let url = format!("shop://app:{}@localhost:{}/shop", canary::of("app"), server.port());
    let ask = |application: &str| {
        Doctor::check()
            .env("SHOP_URL", url.as_str())
            .args(["--workers", "2", "--skip", "migrations", "--flask", application, "--venv"])
            .arg(venv.path())
            .project(&project.path)
            .run()
    };
    let run = ask("shop:create_app()");
    run.sound();
    let json = run.json();
    assert_eq!(
        json["target"]["source"],
        "SQLALCHEMY_DATABASE_URI in the Flask application shop:create_app()"
    );
    // connect_args count, and are in no setting.
    assert_eq!(json["target"]["sslmode"], "disable");
    let facts = run.row("config")["facts"].clone();
    assert_eq!(facts["pool"], "QueuePool size 7, overflow 3", "{facts:#}");
    assert_eq!(facts["other_databases"], serde_json::json!(["SQLALCHEMY_BINDS[\"archive\"]"]));
    // The pool of the application's engine, times the workers.
    assert!(run.row("pool").to_string().contains("20"), "{}", run.stdout);
    let failed = ask("shop:no_such_factory()");
    assert_eq!(failed.status, 10, "{}", failed.stdout);
    let remedy = failed.row("config")["findings"][0]["remedy"]["verify"].as_str().unwrap().to_owned();
    assert!(remedy.contains("shop:no_such_factory()"), "{remedy}");
}

#[test]
fn flask_without_an_extension() {
    let venv = need!(Venv::shared());
    let server = Server::shared();
    let dsn = server.dsn("app").to_string();
    let ask = |text: &str| {
        let project = Project::empty();
        project.write("shop.py", text);
        Doctor::check()
            .env("SHOP_URL", dsn.as_str())
            .args(["--until", "auth", "--flask", "shop", "--venv"])
            .arg(venv.path())
            .project(&project.path)
            .run()
    };
    let engine = "from flask import Flask\nimport os, sqlalchemy\napp = Flask(__name__)\nengine = sqlalchemy.create_engine(os.environ['SHOP_URL'].replace('postgresql:', 'postgresql+psycopg:'))\n";
    ask(engine).sound();
    let configured = "from flask import Flask\nimport os\napp = Flask(__name__)\napp.config['DATABASE_URL'] = os.environ['SHOP_URL']\n";
    let run = ask(configured);
    run.sound();
    assert_eq!(run.json()["target"]["source"], "DATABASE_URL in the Flask application shop");
    let two = format!("{engine}other = sqlalchemy.create_engine('postgresql+psycopg://b@elsewhere/other')\n");
    assert_eq!(ask(&two).status, 3, "which of the two it is, nobody can know");
    let own = "from flask import Flask\nimport sqlalchemy\napp = Flask(__name__)\nengine = sqlalchemy.create_engine('postgresql+psycopg://', creator=lambda: None)\n";
    let run = ask(own);
    assert_eq!(run.status, 3);
    assert!(run.stdout.contains("creator="), "{}", run.stdout);
    let silent = "from flask import Flask\napp = Flask(__name__)\n";
    ask(silent).fails("config/no-settings");
}

#[test]
fn an_application_that_does_not_answer() {
    let venv = need!(Venv::shared());
    let project = django("import os\nos._exit(7)\n");
    let run = ask_django(venv, &project).run();
    assert_eq!(run.status, 3, "{}", run.stdout);
    assert!(
        run.row("config")["reason"].as_str().unwrap().contains("exit status: 7"),
        "{}",
        run.stdout
    );
    let bare = Project::empty();
    fs::create_dir_all(bare.path.join("venv")).unwrap();
    let run = Doctor::check().args(["--django", "x", "--venv"]).arg(bare.path.join("venv")).run();
    assert_eq!(run.status, 3, "{}", run.stdout);
}

#[test]
fn env_and_dsn_show_what_the_application_says() {
    let venv = need!(Venv::shared());
    let project = django(DJANGO);
    let secret: String = canary::of("app").chars().rev().collect();
    let env = |format: &str| {
        Doctor::command("env")
            .env(
                "SHOP_DATABASE",
                format!("name=shop;user=app;password={secret};host=db.invalid;port=5433"),
            )
            .env("DB_HOST", "db.invalid")
            .env("DB_NAME", "other")
            .args(["--django", "website.settings", "--venv"])
            .arg(venv.path())
            .project(&project.path)
            .in_format(format)
    };
    let run = env("json");
    let json = run.json();
    assert_eq!(
        json["winner"], "DATABASES[\"default\"] in the Django settings website.settings",
        "{json:#}"
    );
    let standing = |name: &str| {
        let places = json["places"].as_array().unwrap();
        let settings = places.iter().flat_map(|place| place["settings"].as_array().unwrap());
        settings
            .filter(|setting| setting["name"] == name)
            .map(|setting| setting["standing"].clone())
            .next()
    };
    assert_eq!(standing("DATABASES[\"default\"][\"HOST\"]"), Some("wins".into()));
    assert_eq!(standing("DB_HOST"), Some("agrees".into()));
    assert_eq!(standing("DB_NAME"), Some("beaten".into()));
    assert!(env("human").stdout.contains("= DB_HOST=db.invalid (agrees)"));
}

#[test]
fn it_ends_with_the_doctor() {
    let venv = need!(Venv::shared());
    let project = django("import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)\n");
    let run = ask_django(venv, &project).interrupted_after("15").run();
    assert_eq!(run.status, 130, "{}{}", run.stdout, run.stderr);
    let pid = fs::read_to_string(project.path.join("pid")).expect("the application was loaded by then");
    let there = || fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"));
    let deadline = Instant::now() + Duration::from_secs(30);
    while there() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!there(), "process {pid} outlives the doctor");
}
