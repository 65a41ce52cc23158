//! Servers that stop when this process does, even if it panics or is killed.
//!
//! A shell starts the server and reads from a pipe that only this process holds. Nothing is ever written there: the pipe's end,
//! for whatever reason, is the sign to stop the server and to remove its directory.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const SCRIPT: &str = r#"
log=$1 directory=$2 signal=$3
shift 3
"$@" >>"$log" 2>&1 </dev/null &
pid=$!
echo "$pid"
read -r _
kill -s "$signal" "$pid" 2>/dev/null
wait "$pid"
rm -rf "$directory"
"#;

/// A running server.
#[derive(Debug)]
pub struct Supervised {
    shell: Child,
    pid: u32,
}

impl Supervised {
    /// Starts `words`, whose output goes to `log`; `signal` stops it, and then `directory` is removed.
    pub fn start(words: &[OsString], directory: &Path, log: &Path, signal: &str) -> Self {
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "supervise"])
            .arg(log)
            .arg(directory)
            .arg(signal)
            .args(words)
            .current_dir("/")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // The terminal's Ctrl-C is for the tests, not for what cleans up after them.
            .process_group(0)
            .spawn()
            .expect("a shell");
        let mut line = String::new();
        BufReader::new(shell.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("the shell's answer");
        let pid = line.trim().parse().expect("a process id");
        Self { shell, pid }
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether the server still runs; an ended one is a zombie until its shell is told to stop.
    pub fn is_running(&self) -> bool {
        fs::read_to_string(format!("/proc/{}/stat", self.pid)).is_ok_and(|stat| !stat.contains(") Z "))
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// The children of a process, by the process table at `proc`.
pub fn children(proc: &Path, parent: u32) -> Vec<u32> {
    let text = fs::read_to_string(proc.join(format!("{parent}/task/{parent}/children"))).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
