//! Readers of reports that nobody here wrote: one Python process has them all, and reads one report after the other.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};

use crate::lab::python::Venv;

const SCRIPT: &str = include_str!("reader.py");

/// The process.
#[derive(Debug)]
pub struct Reader {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Child,
}

impl Reader {
    /// The process that all tests share.
    ///
    /// # Errors
    /// Why there is none: no Python, or no package index.
    pub fn shared() -> Result<&'static Mutex<Self>, String> {
        static SHARED: LazyLock<Result<Mutex<Reader>, String>> = LazyLock::new(|| Reader::start().map(Mutex::new));
        SHARED.as_ref().map_err(Clone::clone)
    }

    fn start() -> Result<Self, String> {
        let mut process = Command::new(Venv::of_readers()?.path().join("bin/python"))
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut reader = Self {
            input: process.stdin.take().expect("piped"),
            output: BufReader::new(process.stdout.take().expect("piped")),
            _process: process,
        };
        let schema = Command::new(env!("CARGO_BIN_EXE_dbdoctor"))
            .arg("schema")
            .output()
            .expect("the binary");
        reader.read("schema", None, &String::from_utf8(schema.stdout).expect("UTF-8"));
        Ok(reader)
    }

    /// What the reader sees in a report.
    ///
    /// # Panics
    /// If it cannot read it.
    pub fn read(&mut self, reader: &str, part: Option<&str>, text: &str) -> Value {
        let request = json!({"reader": reader, "part": part, "text": text});
        writeln!(self.input, "{request}").expect("the reader listens");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("the reader answers");
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
        assert!(
            answer["error"].is_null(),
            "{reader} cannot read it: {}\n{text}",
            answer["error"].as_str().unwrap_or_default()
        );
        answer["seen"].clone()
    }
}

/// What another's reader sees in a report of this format.
///
/// # Errors
/// Why there is no reader.
pub fn seen(format: &str, text: &str) -> Result<Value, String> {
    let mut reader = Reader::shared()?.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(reader.read(format, None, text))
}

/// Holds a JSON document against its part of the schema; without a reader, the tests that need one say so.
pub fn validate(part: &str, text: &str) {
    if let Ok(reader) = Reader::shared() {
        let mut reader = reader.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        reader.read("document", Some(part), text);
    }
}
