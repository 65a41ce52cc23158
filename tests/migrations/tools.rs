//! The real tools, in a virtual environment of their own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

const PACKAGES: &[&str] = &["alembic", "Flask-Migrate", "django", "psycopg2-binary"];

/// The environment's Python. Made on first use, which takes a package index; tests cannot do without it.
pub fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab/venv-migrations");
        let python = home.join("bin/python");
        let ready = home.join("ready");
        if !ready.exists() {
            fs::create_dir_all(&home).unwrap();
            let made = Command::new("python3").args(["-m", "venv"]).arg(&home).status().unwrap();
            assert!(made.success(), "python3 -m venv failed: is the package python3-venv installed?");
            let installed = Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(PACKAGES)
                .status()
                .unwrap();
            assert!(installed.success(), "pip could not install {PACKAGES:?}");
            fs::write(&ready, "").unwrap();
        }
        python
    })
}

/// Runs `tests/migrations/<script>` in `directory`, gives it `input`, and returns the JSON that it prints.
pub fn ask(script: &str, directory: &Path, input: &serde_json::Value) -> serde_json::Value {
    let mut child = Command::new(python())
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrations").join(script))
        .current_dir(directory)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The strings of a JSON list.
pub fn strings(value: &serde_json::Value) -> Vec<String> {
    value
        .as_array()
        .unwrap_or_else(|| panic!("a list, not {value}"))
        .iter()
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}
