//! A real server, migrated by the real tools: what is found, and whether the remedies work when they are pasted.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dbdoctor::foreign::Foreign;
use dbdoctor::migrations::survey;
use dbdoctor::probe::migrations::{Case, judge, more_questions, questions};
use dbdoctor::remedy::Place;
use dbdoctor::server::error::ServerError;
use dbdoctor::server::session::{Answer, NoAnswer};
use dbdoctor::verdict::{Notes, Probed};
use tempfile::TempDir;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::judge::{judged_with_more, target};
use crate::project::{project, revision, write};
use crate::tools::python;

/// A PostgreSQL of its own, on a Unix socket alone.
pub struct Server {
    directory: TempDir,
    process: Child,
}

impl Server {
    pub fn start() -> Self {
        let directory = TempDir::new().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let data = directory.path().join("data");
        let made = as_ordinary_user(&bin("initdb"))
            .args(["--auth=trust", "--username=postgres", "--no-sync", "--pgdata"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let process = as_ordinary_user(&bin("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(directory.path())
            .args(["-c", "listen_addresses=", "-c", "fsync=off"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { directory, process };
        let start = Instant::now();
        while server.try_run("postgres", "postgres", "SELECT 1").is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "the server did not start within 20 s");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// Runs statements one by one, each in a read-only transaction of its own.
    fn answers(&self, database: &str, statements: &[String]) -> Vec<Answer> {
        on_runtime(async {
            let (client, connection) = self.config("app", database).connect(NoTls).await.unwrap();
            tokio::spawn(connection);
            let mut answers = Vec::new();
            for statement in statements {
                client.batch_execute("BEGIN READ ONLY").await.unwrap();
                answers.push(match client.simple_query(statement).await {
                    Ok(messages) => Ok(messages
                        .iter()
                        .filter_map(|message| match message {
                            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
                            _ => None,
                        })
                        .collect()),
                    Err(error) => {
                        let error = error.as_db_error().unwrap();
                        Err(NoAnswer::Refused(ServerError {
                            severity: Foreign::new(error.severity()),
                            sqlstate: Foreign::new(error.code().code()),
                            message: Foreign::new(error.message()),
                            ..ServerError::default()
                        }))
                    }
                });
                client.batch_execute("ROLLBACK").await.unwrap();
            }
            answers
        })
    }

    fn try_run(&self, user: &str, database: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
        on_runtime(async {
            let (client, connection) = self.config(user, database).connect(NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute(sql).await
        })
    }

    pub fn run(&self, database: &str, sql: &str) {
        self.try_run("postgres", database, sql)
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    fn config(&self, user: &str, database: &str) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config.host_path(self.directory.path()).user(user).dbname(database);
        config
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

impl Drop for Server {
    fn drop(&mut self) {
        // Immediate shutdown; a plain kill would leave shared memory behind.
        let _ = Command::new("kill").args(["-QUIT", &self.process.id().to_string()]).status();
        let _ = self.process.wait();
    }
}

/// PostgreSQL's programs as Debian installs them, the newest version's.
fn bin(program: &str) -> PathBuf {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .expect("the package postgresql is installed")
        .map(|entry| entry.unwrap().path().join("bin").join(program))
        .filter(|path| path.exists())
        .collect();
    versions.sort();
    versions.pop().expect("PostgreSQL's programs are in /usr/lib/postgresql")
}

/// PostgreSQL refuses to run as root.
fn as_ordinary_user(program: &Path) -> Command {
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
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
        "from alembic import context\nfrom sqlalchemy import create_engine\n\nurl = 'postgresql+psycopg2://app@/shop?host={}'\n\
         with create_engine(url).connect() as connection:\n    context.configure(connection=connection)\n    \
         with context.begin_transaction():\n        context.run_migrations()\n",
        server.directory.path().display()
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
         DATABASES = {{'default': {{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'app', 'HOST': '{}'}}}}\n\
         DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\nSECRET_KEY = 'x'\n",
        server.directory.path().display()
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
