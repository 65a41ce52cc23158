//! How the binary is called.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use super::reader;
use super::run::Run;
use crate::lab::manager::Manager;
use crate::lab::network::Network;
use crate::lab::{account, canary, workdir};

/// A call of the binary, still to be made.
#[derive(Debug, Clone)]
pub struct Doctor {
    arguments: Vec<OsString>,
    environment: Vec<(String, String)>,
    directory: PathBuf,
    home: PathBuf,
    input: String,
    /// What makes it run in other surroundings.
    prefix: Vec<OsString>,
    ordinary: bool,
    signalled: Option<(&'static str, &'static str)>,
    readable: bool,
    under: Vec<OsString>,
}

impl Doctor {
    /// `dbdoctor check`, in an empty directory.
    pub fn check() -> Self {
        Self::command("check")
    }

    /// `dbdoctor` with another of its commands.
    pub fn command(name: &str) -> Self {
        let home = workdir::fresh("home");
        account::give(&home);
        Self {
            arguments: vec![name.into()],
            environment: Vec::new(),
            directory: workdir::fresh("empty"),
            home,
            input: String::new(),
            prefix: Vec::new(),
            ordinary: false,
            signalled: None,
            readable: false,
            under: Vec::new(),
        }
    }

    /// The connection string, as an argument.
    pub fn dsn(self, dsn: impl Into<String>) -> Self {
        self.arg(dsn.into())
    }

    /// Another argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// More arguments.
    pub fn args<const N: usize>(self, arguments: [&str; N]) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    /// `--project`.
    pub fn project(self, path: &Path) -> Self {
        self.arg("--project").arg(path)
    }

    /// The directory to run in.
    pub fn directory(mut self, path: &Path) -> Self {
        path.clone_into(&mut self.directory);
        self
    }

    /// A variable of the environment, which is empty otherwise but for `HOME`, `LANG` and `PATH`.
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// A file in the home directory.
    pub fn home_file(self, name: &str, text: &str) -> Self {
        let path = self.home.join(name);
        fs::create_dir_all(path.parent().expect("a file in a directory")).expect("the directory is ours");
        fs::write(&path, text).expect("the directory is ours");
        self
    }

    /// What is to be read from standard input.
    pub fn input(mut self, text: impl Into<String>) -> Self {
        self.input = text.into();
        self
    }

    /// The surroundings to run in.
    pub fn in_network(mut self, network: &Network) -> Self {
        self.prefix = network.prefix();
        self
    }

    /// Runs where a service manager runs.
    pub fn beside(mut self, manager: &Manager) -> Self {
        self.prefix = manager.prefix();
        self
    }

    /// Runs as the ordinary user, where the tests run as root.
    pub fn by_an_ordinary_user(mut self) -> Self {
        self.ordinary = true;
        self
    }

    /// Runs under another program: these words, and then the binary's.
    pub fn under(mut self, words: &[&str]) -> Self {
        self.under = words.iter().map(OsString::from).collect();
        self
    }

    /// Is sent SIGINT after so many seconds.
    pub fn interrupted_after(self, seconds: &'static str) -> Self {
        self.signalled("INT", seconds)
    }

    /// Is sent this signal after so many seconds.
    pub fn signalled(mut self, signal: &'static str, seconds: &'static str) -> Self {
        self.signalled = Some((signal, seconds));
        self
    }

    /// The binary lies where everybody may read it.
    pub fn readable_by_all(mut self) -> Self {
        self.readable = true;
        self
    }

    /// Runs it with `--format json`.
    pub fn run(self) -> Run {
        self.in_format("json")
    }

    /// Runs it with this format.
    pub fn in_format(self, format: &str) -> Run {
        let doctor = self.clone();
        let run = doctor.args(["--format", format]).plain(self);
        if format == "json" && !run.stdout.is_empty() && run.call.arguments[0] == "check" {
            let part = if run.stdout.contains("\n  \"targets\": [") {
                "checks"
            } else {
                "check"
            };
            reader::validate(part, &run.stdout);
        }
        run
    }

    /// Runs it just as it is; `call` is what `Run` repeats in other formats.
    fn plain(self, call: Self) -> Run {
        let mut child = self.process().spawn().expect("the binary can be run");
        // A binary that does not read its input may be gone by now.
        let _ = child.stdin.take().expect("piped").write_all(self.input.as_bytes());
        let output = child.wait_with_output().expect("it is our child");
        let run = Run::new(call, &output);
        for (name, text) in [("standard output", &run.stdout), ("standard error", &run.stderr)] {
            if let Some(canary) = canary::found_in(text) {
                panic!("a secret, {canary}, on {name}:\n{text}");
            }
        }
        run
    }

    fn process(&self) -> Command {
        let mut words = self.prefix.clone();
        // Nothing may hang: the limit is far above any that the binary is given.
        words.extend(["timeout", "--kill-after=5"].map(OsString::from));
        match self.signalled {
            Some((signal, seconds)) => words.extend(["--preserve-status", "--signal", signal, seconds].map(OsString::from)),
            None => words.push("90".into()),
        }
        words.extend(self.under.iter().cloned());
        words.push(
            if self.ordinary || self.readable {
                readable_binary()
            } else {
                binary()
            }
            .into(),
        );
        words.extend(self.arguments.iter().cloned());
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", &self.home)
            .env("LANG", "C.UTF-8")
            .envs(self.environment.iter().cloned())
            .current_dir(&self.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(account) = account::ordinary().filter(|_| self.ordinary) {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_dbdoctor"))
}

/// A copy where the ordinary user can reach it.
fn readable_binary() -> &'static Path {
    static COPY: LazyLock<PathBuf> = LazyLock::new(|| {
        let copy = workdir::root().join("dbdoctor");
        // In a process of its own: a child that another thread forks meanwhile would hold the open file, which then cannot be run.
        let copied = Command::new("cp").arg(binary()).arg(&copy).status();
        assert!(copied.is_ok_and(|status| status.success()), "the binary can be copied");
        copy
    });
    &COPY
}
