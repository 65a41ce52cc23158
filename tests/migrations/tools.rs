//! The real tools, in the laboratory's virtual environment.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::lab::python::Venv;

/// The environment's Python.
pub fn python() -> &'static Path {
    static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
        let venv = Venv::shared().unwrap_or_else(|why| panic!("these tests cannot do without the real tools: {why}"));
        venv.program("python")
    });
    &PYTHON
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
