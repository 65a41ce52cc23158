//! A Python with the real libpq in two versions (psycopg2-binary bundles libpq 17, psycopg-binary libpq 18) and SQLAlchemy.

use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

const PACKAGES: &[&str] = &["psycopg2-binary==2.9.13", "psycopg[binary]==3.3.9", "sqlalchemy==2.1.9"];

/// The interpreter of the virtual environment, which is made on first use. Panics where Python or its packages cannot be had.
pub fn interpreter() -> &'static Path {
    static INTERPRETER: OnceLock<PathBuf> = OnceLock::new();
    INTERPRETER.get_or_init(|| {
        let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab");
        create_dir_all(&lab).expect("target/lab can be made");
        // Test programs run side by side: the first makes the environment, the others wait for it.
        let lock = File::create(lab.join("venv-libpq.lock")).expect("the lock file can be made");
        lock.lock().expect("the lock can be taken");
        let home = lab.join("venv-libpq");
        let python = home.join("bin/python");
        let ready = home.join("ready");
        let wanted = PACKAGES.join("\n");
        if std::fs::read_to_string(&ready).ok().as_deref() != Some(wanted.as_str()) {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
            run(Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(PACKAGES));
            std::fs::write(&ready, wanted).expect("the environment can be marked as ready");
        }
        python
    })
}

/// Runs a script of `tests/` with the text on its standard input and gives its standard output.
pub fn run_script(script: &str, input: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let mut child = Command::new(interpreter())
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes())
        .expect("python reads");
    let output = child.wait_with_output().expect("python ends");
    assert!(output.status.success(), "{script} failed: {}", output.status);
    String::from_utf8(output.stdout).expect("python writes UTF-8")
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?} cannot start: {error}"));
    assert!(status.success(), "{command:?} failed: {status}");
}
