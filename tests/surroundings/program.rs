//! Running the binary, and the programs that judge what it hands them.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::lab::{install, tools};

/// One of the examples.
pub fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path)
}

/// The files of a directory of the examples.
pub fn examples(directory: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(example(directory)).unwrap_or_else(|error| panic!("examples/{directory}: {error}"));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "examples/{directory} is empty");
    files
}

/// What the binary prints; it has to end well.
pub fn dbdoctor(arguments: &[&str]) -> String {
    said(Command::new(env!("CARGO_BIN_EXE_dbdoctor")).args(arguments).env_remove("COLUMNS"))
}

/// A program of Debian's `package`.
///
/// # Errors
/// Why it is not there.
pub fn of_debian(package: &str, program: &str) -> Result<PathBuf, String> {
    install::until_found(package, || tools::in_path(program))
}

/// What the command prints on standard output; it has to end well.
pub fn said(command: &mut Command) -> String {
    let output = outcome(command, "");
    let [stdout, stderr] = texts(&output);
    assert!(output.status.success(), "{command:?}: {}\n{stdout}{stderr}", output.status);
    stdout
}

/// Everything that the command prints when it is fed this; it has to end well.
pub fn says_of(command: &mut Command, input: &str) -> String {
    let output = outcome(command, input);
    let [stdout, stderr] = texts(&output);
    assert!(output.status.success(), "{command:?}: {}\n{stdout}{stderr}", output.status);
    stdout + &stderr
}

/// How the command ends, fed with this.
pub fn outcome(command: &mut Command, input: &str) -> Output {
    let program = command.get_program().to_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    // One that does not read its input may be gone by now.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    child.wait_with_output().expect("it is our child")
}

/// What a program printed, on standard output and on standard error.
pub fn texts(output: &Output) -> [String; 2] {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// A `PATH` on which the binary is found first.
pub fn path_with_dbdoctor() -> std::ffi::OsString {
    let directory = Path::new(env!("CARGO_BIN_EXE_dbdoctor")).parent().expect("target/debug");
    let mut path = directory.as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").as_deref().unwrap_or(OsStr::new("/usr/bin:/bin")));
    path
}
