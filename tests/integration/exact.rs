//! `--exact`: the migration tools themselves are asked, and compared with what their files say.

use crate::harness::Doctor;
use crate::lab::database::Database;
use crate::lab::project::{Project, REVISIONS};
use crate::lab::python::{Alembic, Django, Venv, grant_all};
use crate::lab::server::Server;
use crate::lab::service::Gunicorn;
use crate::lab::skip::need;

fn examine(venv: &Venv, database: &Database, project: &std::path::Path) -> Doctor {
    grant_all(database, "app");
    Doctor::check()
        .dsn(database.dsn("app"))
        .project(project)
        .arg("--exact")
        .arg("--venv")
        .arg(venv.path())
}

const COMPUTED: &str = "def name():\n    return 'a' + '3'\n\n\nrevision = name()\ndown_revision = 'a2'\n\n\ndef upgrade():\n    pass\n";

#[test]
fn alembic_says_what_its_files_say_and_what_they_do_not() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let alembic = Alembic::init(venv, &database);
    alembic.revision("a1");
    alembic.revision("a2");
    alembic.run(&["upgrade", "head"]);
    let call = examine(venv, &database, &alembic.path);
    let run = call.clone().run();
    run.sound();
    let row = run.row("migrations");
    assert_eq!(row["verdict"], "pass", "{row:#}");
    assert!(row["facts"]["exact"][0].as_str().unwrap().ends_with("says the same"), "{row:#}");

    // What the files leave open, the tool decides.
    std::fs::write(alembic.path.join("migrations/versions/a3.py"), COMPUTED).unwrap();
    let run = call.clone().run();
    run.fails("migrations/pending");
    assert!(!run.codes().contains(&"migrations/unreadable".to_owned()), "{}", run.stdout);
    alembic.run(&["upgrade", "head"]);
    call.clone().run().sound();

    // It stops at what its files show too, and says so in its own words.
    alembic.remove("a2");
    let run = call.run();
    let said = run.finding("migrations/exact-unanswered").to_string();
    run.exemplifies("migrations/exact-unanswered");
    assert!(said.contains("a2"), "{said}");
}

#[test]
fn nothing_is_written_to_a_database_that_was_never_migrated() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let alembic = Alembic::init(venv, &database);
    alembic.revision("a1");
    let run = examine(venv, &database, &alembic.path).run();
    run.fails("migrations/never-applied");
    let tables = database.sql("SELECT count(*) FROM pg_class WHERE relname = 'alembic_version'");
    assert_eq!(tables, "0");

    let other = Database::empty(Server::shared());
    let django = Django::start(venv, &other);
    examine(venv, &other, &django.path).run().fails("migrations/never-applied");
    assert_eq!(other.sql("SELECT count(*) FROM pg_class WHERE relname = 'django_migrations'"), "0");
}

#[test]
fn the_tool_connects_to_another_database() {
    let venv = need!(Venv::shared());
    let server = Server::shared();
    let (theirs, ours) = (Database::empty(server), Database::empty(server));
    let alembic = Alembic::init(venv, &theirs);
    alembic.revision("a1");
    alembic.run(&["upgrade", "head"]);
    let run = examine(venv, &ours, &alembic.path).run();
    run.fails("migrations/never-applied")
        .warns("migrations/exact-differs")
        .exemplifies("migrations/exact-differs");
    let said = run.finding("migrations/exact-differs").to_string();
    assert!(said.contains(&theirs.name) && said.contains(&ours.name), "{said}");
}

#[test]
fn django_decides_what_its_settings_compute() {
    let venv = need!(Venv::shared());
    let database = Database::empty(Server::shared());
    let django = Django::start(venv, &database);
    django.manage(&["migrate"]);
    let run = examine(venv, &database, &django.path).run();
    run.sound();
    assert!(run.row("migrations")["facts"]["exact"].is_array(), "{}", run.stdout);

    // Migrations that lie elsewhere by a setting that is computed: the files beside the application are not the ones.
    std::fs::create_dir(django.path.join("moved")).unwrap();
    django.write("moved/__init__.py", "");
    let initial = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = []\n";
    django.write("moved/0001_elsewhere.py", initial);
    let settings = std::fs::read_to_string(django.path.join("website/settings.py")).unwrap();
    django.write(
        "website/settings.py",
        &format!("{settings}\nMIGRATION_MODULES = {{'shop': 'mo' + 'ved'}}\n"),
    );
    let run = examine(venv, &database, &django.path).run();
    run.fails("migrations/pending").warns("migrations/exact-differs");
    assert!(
        run.finding("migrations/pending").to_string().contains("shop.0001_elsewhere"),
        "{}",
        run.stdout
    );
}

const APP: &str = "\
import os
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
app = Flask(__name__)
app.config['SQLALCHEMY_DATABASE_URI'] = os.environ['DATABASE_URL'].replace('postgresql:', 'postgresql+psycopg:')
db = SQLAlchemy(app)
Migrate(app, db)
@app.get('/')
def root():
    return 'up'
";

#[test]
fn flask_migrate_is_asked_with_the_environment_of_the_process() {
    let venv = need!(Venv::shared());
    let server = Server::shared();
    let shop = server.copy();
    let project = Project::shop();
    project.write("shop.py", APP);
    project.write("app.py", APP);
    let dsn = shop.dsn("app").to_string();
    let variables = [("DATABASE_URL", dsn.as_str()), ("PATH", "/usr/bin:/bin")];
    let gunicorn = Gunicorn::start(venv, &project.path, &variables, &["-w", "1"]);
    assert!(gunicorn.get().unwrap().ends_with("up"));
    let pid = gunicorn.pid().to_string();
    let call = || Doctor::check().args(["--pid", &pid, "--exact"]);
    let run = call().run();
    run.sound();
    let row = run.row("migrations");
    assert!(row["facts"]["exact"][0].as_str().unwrap().ends_with("says the same"), "{row:#}");

    // A release brings a revision: the process is older than it, so the migration comes first, and the restart after it.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let project = project.revision("d4e5f6071829", &[REVISIONS[2]], "pass");
    let run = call().run();
    run.fails("migrations/pending");
    let finding = run.finding("migrations/pending");
    assert!(finding["detail"].as_str().unwrap().contains("migrate first"), "{finding:#}");
    let steps = finding["remedy"]["steps"].as_array().unwrap();
    assert!(
        steps.last().unwrap()["text"].as_str().unwrap().contains("only after that"),
        "{steps:#?}"
    );
    shop.sql("UPDATE alembic_version SET version_num = 'd4e5f6071829'");
    call().run().sound().warns("migrations/restart-due");
    drop(project);
}
