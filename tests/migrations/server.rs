//! A real server, migrated by the real tools: what is found, and whether the remedies work when they are pasted.

use std::fs;
use std::path::Path;
use std::process::Command;

use dbdoctor::migrations::survey;
use dbdoctor::probe::migrations::{Case, judge, more_questions, questions};
use dbdoctor::remedy::Place;
use dbdoctor::server::session::Answer;
use dbdoctor::verdict::{Notes, Probed};
use tempfile::TempDir;

use crate::judge::{judged_with_more, target};
use crate::postgres;
use crate::project::{project, revision, write};
use crate::tools::python;

/// A PostgreSQL of its own.
pub struct Server(postgres::Server);

impl Server {
    pub fn start() -> Self {
        Self(postgres::Server::start("", false))
    }

    /// Asks one by one, as the chain does.
    fn answers(&self, database: &str, questions: &[String]) -> Vec<Answer> {
        on_runtime(async {
            let client = self.0.connect("app", database).await.unwrap();
            let mut answers = Vec::new();
            for question in questions {
                answers.push(postgres::answer(&client, question).await);
            }
            answers
        })
    }

    /// Runs SQL as the superuser.
    pub fn run(&self, database: &str, sql: &str) {
        on_runtime(self.0.sql(database, sql));
    }

    /// A new database that belongs to the role `app`.
    pub fn database(&self, name: &str) {
        self.run("postgres", &format!("CREATE DATABASE {name} OWNER app"));
    }

    /// What the layer says about the project and the database "shop".
    pub fn check(&self, root: &Path) -> (Vec<String>, Notes) {
        let trees = survey(root, None);
        let answers = self.answers("shop", &questions(Case::of_trees(&trees)));
        let more = self.answers("shop", &more_questions(Case::of_trees(&trees), &answers));
        judged_with_more(root, answers, more)
    }

    /// Whether the layer does not apply.
    pub fn skipped(&self, root: &Path) -> bool {
        let trees = survey(root, None);
        let answers = self.answers("shop", &questions(Case::of_trees(&trees)));
        let more = self.answers("shop", &more_questions(Case::of_trees(&trees), &answers));
        matches!(
            judge(Case::of_trees(&trees), &target("app", "shop"), answers, more),
            Probed::NotApplicable(..)
        )
    }

    /// Pastes the remedy of the first finding.
    fn paste(&self, notes: &Notes) {
        let steps = &notes.findings[0].remedy.as_ref().unwrap().steps;
        let mut pasted = 0;
        for step in steps {
            let Some(line) = &step.run else { continue };
            match step.place {
                Place::AppHost => shell(line),
                Place::Database => self.run(step.database.as_deref().unwrap(), line),
                place => panic!("nothing to paste in {}", place.name()),
            }
            pasted += 1;
        }
        assert!(pasted > 0, "something to paste");
    }
}

fn on_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

/// Runs a line as somebody would who pastes it, with the virtual environment switched on.
fn shell(line: &str) {
    let path = format!("{}:{}", python().parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh").args(["-c", line]).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

fn alembic_project(server: &Server) -> TempDir {
    let env = format!(
        "from alembic import context\nfrom sqlalchemy import create_engine\n\nurl = 'postgresql+psycopg2://app@127.0.0.1:{}/shop'\n\
         with create_engine(url).connect() as connection:\n    context.configure(connection=connection)\n    \
         with context.begin_transaction():\n        context.run_migrations()\n",
        server.0.port
    );
    project(&[
        ("alembic.ini", "[alembic]\nscript_location = db\n"),
        ("db/env.py", &env),
        (
            "db/versions/a1.py",
            "from alembic import op\n\nrevision = 'a1'\ndown_revision = None\n\n\ndef upgrade():\n    op.execute('CREATE TABLE orders (id int)')\n\n\n\
             def downgrade():\n    op.execute('DROP TABLE orders')\n",
        ),
        ("db/versions/a2.py", &revision("'a2'", "'a1'", "None", "None")),
        ("db/versions/b1.py", &revision("'b1'", "None", "'a1'", "('side',)")),
    ])
}

#[test]
fn alembic_on_a_server() {
    let server = Server::start();
    server.run("postgres", "CREATE ROLE app LOGIN");
    server.database("shop");
    let directory = alembic_project(&server);
    let root = directory.path();

    // A label on one of two branches keeps them apart only if the other has one too.
    let (codes, _) = server.check(root);
    assert_eq!(codes, ["fail migrations/never-applied", "fail migrations/multiple-heads"]);
    write(root, "db/versions/a1_label.py", &revision("'a3'", "'a2'", "None", "('main',)"));

    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["fail migrations/never-applied"]);
    server.paste(&notes);
    let (codes, notes) = server.check(root);
    assert_eq!(codes, [""; 0], "{notes:?}");
    assert_eq!(notes.summary, "Alembic in db: 4 revisions, database at \"a3\", \"b1\"");

    write(root, "db/versions/a4.py", &revision("'a4'", "'a3'", "None", "None"));
    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["fail migrations/pending"]);
    server.paste(&notes);
    assert_eq!(server.check(root).0, [""; 0]);

    server.run("shop", "REVOKE SELECT ON alembic_version FROM app");
    server.run("shop", "ALTER TABLE alembic_version OWNER TO postgres");
    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["warn migrations/unreadable"]);
    server.paste(&notes);
    assert_eq!(server.check(root).0, [""; 0]);

    server.run(
        "shop",
        "CREATE SCHEMA away; GRANT USAGE ON SCHEMA away TO app; ALTER TABLE alembic_version SET SCHEMA away",
    );
    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["fail migrations/version-table-hidden"]);
    server.paste(&notes);
    assert_eq!(server.check(root).0, [""; 0]);

    server.run(
        "shop",
        "UPDATE away.alembic_version SET version_num = 'zzz' WHERE version_num = 'a4'",
    );
    assert_eq!(server.check(root).0, ["fail migrations/unknown-revision"]);

    server.run("shop", "DROP TABLE away.alembic_version");
    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["fail migrations/never-applied"]);
    assert!(
        notes.findings[0]
            .evidence
            .contains(&"1 table on the search path: \"public.orders\"".to_owned()),
        "{:?}",
        notes.findings[0].evidence
    );
    server.run("shop", "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean)");
    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["fail migrations/foreign-database"]);
    assert!(
        notes.findings[0].title.contains("\"golang-migrate\""),
        "{}",
        notes.findings[0].title
    );
}

#[test]
fn a_version_table_in_a_schema_of_its_own() {
    let server = Server::start();
    server.run("postgres", "CREATE ROLE app LOGIN");
    server.database("shop");
    let directory = alembic_project(&server);
    let root = directory.path();
    fs::remove_file(root.join("db/versions/b1.py")).unwrap();
    let env = fs::read_to_string(root.join("db/env.py")).unwrap();
    let env = env.replace(
        "configure(connection=connection)",
        "configure(connection=connection, version_table_schema='Ops')",
    );
    write(root, "db/env.py", &env);

    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["fail migrations/never-applied"]);
    assert_eq!(notes.findings[0].evidence[0], "no table \"Ops\".\"alembic_version\"");
    server.run("shop", "CREATE SCHEMA \"Ops\" AUTHORIZATION app");
    server.paste(&notes);
    assert_eq!(server.check(root).0, [""; 0]);

    server.run(
        "shop",
        "ALTER SCHEMA \"Ops\" OWNER TO postgres; ALTER TABLE \"Ops\".alembic_version OWNER TO postgres",
    );
    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["warn migrations/unreadable"]);
    server.paste(&notes);
    assert_eq!(server.check(root).0, [""; 0]);
}

#[test]
fn django_on_a_server() {
    let server = Server::start();
    server.run("postgres", "CREATE ROLE app LOGIN");
    server.database("shop");
    let settings = format!(
        "INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'goods']\n\
         DATABASES = {{'default': {{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'app', 'HOST': '127.0.0.1', 'PORT': {}}}}}\n\
         DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\nSECRET_KEY = 'x'\n",
        server.0.port
    );
    let initial = "from django.conf import settings\nfrom django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
                   initial = True\n    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]\n    operations = [\n        \
                   migrations.CreateModel('Thing', [('id', models.BigAutoField(primary_key=True))]),\n    ]\n";
    let directory = project(&[
        (
            "manage.py",
            "import os, sys\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n\
             from django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
        ),
        ("settings.py", &settings),
        ("goods/__init__.py", ""),
        ("goods/migrations/__init__.py", ""),
        ("goods/migrations/0001_initial.py", initial),
    ]);
    let root = directory.path();

    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["fail migrations/never-applied"]);
    server.paste(&notes);
    let (codes, notes) = server.check(root);
    assert_eq!(codes, [""; 0], "{notes:?}");

    let second =
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [('goods', '0001_initial')]\n";
    write(root, "goods/migrations/0002_x.py", second);
    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["fail migrations/pending"]);
    server.paste(&notes);
    assert_eq!(server.check(root).0, [""; 0]);

    fs::remove_file(root.join("goods/migrations/0002_x.py")).unwrap();
    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["warn migrations/record-without-file"]);
    server.paste(&notes);

    write(root, "goods/migrations/0002_x.py", second);
    server.run(
        "shop",
        "DELETE FROM django_migrations WHERE app = 'goods' AND name = '0001_initial'",
    );
    assert_eq!(server.check(root).0, ["fail migrations/inconsistent-history"]);

    server.run("shop", "CREATE SCHEMA away; ALTER TABLE django_migrations SET SCHEMA away");
    let (codes, notes) = server.check(root);
    assert_eq!(codes, ["fail migrations/version-table-hidden"]);
    server.paste(&notes);
}
