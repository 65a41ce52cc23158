//! A program with its arguments and its surroundings.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::lab::workdir;

/// What is to be run, again and again.
#[derive(Debug, Clone)]
pub struct Call {
    pub words: Vec<OsString>,
    environment: Vec<(String, String)>,
    directory: PathBuf,
    pub expected: Vec<i32>,
}

impl Call {
    /// A program that is expected to end with 0, in a directory without anything.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            words: vec![program.into()],
            environment: Vec::new(),
            directory: workdir::root().to_owned(),
            expected: vec![0],
        }
    }

    /// Shell commands, with what is written as `$1`, `$2`.
    pub fn script(text: &str, arguments: &[&str]) -> Self {
        Self::new("sh").args(["-c", text, "script"]).args(arguments)
    }

    pub fn args<S: AsRef<std::ffi::OsStr>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.words.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    pub fn directory(mut self, path: &Path) -> Self {
        path.clone_into(&mut self.directory);
        self
    }

    /// Another exit status that is as good as 0.
    pub fn or_status(mut self, status: i32) -> Self {
        self.expected.push(status);
        self
    }

    /// The command, with `before` in front of its words.
    pub fn command(&self, before: &[OsString]) -> Command {
        let mut words = before.iter().chain(&self.words);
        let mut command = Command::new(words.next().expect("a program"));
        command
            .args(words)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("LC_ALL", "C.UTF-8")
            .current_dir(&self.directory);
        command
    }
}
