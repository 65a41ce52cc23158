//! Real consumers of connection strings: Pythons with libpq in two versions (psycopg2-binary bundles libpq 17, psycopg-binary libpq
//! 18), SQLAlchemy, dj-database-url, django-environ and asyncpg.

use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A virtual environment: its name, and what is installed in it.
#[derive(Debug, Clone, Copy)]
pub struct Venv(pub &'static str, pub &'static [&'static str]);

/// Everything in its newest release.
pub const NEWEST: Venv = Venv(
    "venv-libpq",
    &[
        "psycopg2-binary==2.9.13",
        "psycopg[binary]==3.3.9",
        "sqlalchemy==2.1.9",
        "dj-database-url==3.1.2",
        "django-environ==0.14.0",
        "asyncpg==0.32.0",
    ],
);

impl Venv {
    /// The interpreter of the environment, which is made on first use. Panics where Python or its packages cannot be had.
    pub fn interpreter(self) -> PathBuf {
        let Self(name, packages) = self;
        let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab");
        create_dir_all(&lab).expect("target/lab can be made");
        // Tests run side by side: the first makes the environment, the others wait for it.
        let lock = File::create(lab.join(format!("{name}.lock"))).expect("the lock file can be made");
        lock.lock().expect("the lock can be taken");
        let home = lab.join(name);
        let python = home.join("bin/python");
        let ready = home.join("ready");
        let wanted = packages.join("\n");
        if std::fs::read_to_string(&ready).ok().as_deref() != Some(wanted.as_str()) {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
            run(Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(packages));
            std::fs::write(&ready, wanted).expect("the environment can be marked as ready");
        }
        python
    }

    /// Runs a script of `tests/` with the text on its standard input and gives its standard output.
    pub fn run_script(self, script: &str, arguments: &[&str], input: String) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
        let mut child = Command::new(self.interpreter())
            .arg(path)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        // The script answers before it has read everything.
        let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("python ends");
        assert!(output.status.success(), "{script} {arguments:?} failed: {}", output.status);
        writer.join().expect("the writer ends").expect("python reads");
        String::from_utf8(output.stdout).expect("python writes UTF-8")
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?} cannot start: {error}"));
    assert!(status.success(), "{command:?} failed: {status}");
}
