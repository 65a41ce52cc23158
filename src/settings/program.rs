//! Runs another program for its answer, under a time limit.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::secret::Secret;

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;

/// What a program answered. Its standard output may hold secrets.
#[derive(Debug)]
pub struct Answer {
    pub success: bool,
    pub stdout: Secret,
    pub stderr: Secret,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// The program is not installed, or may not be run.
    NotRun(std::io::Error),
    /// It was stopped after the limit.
    TimedOut(Duration),
}

/// Runs the program. Arguments show in the process list: no secret may be among them.
///
/// # Errors
///
/// Why there is no answer.
pub fn run(name: &str, arguments: &[&str], limit: Duration) -> Result<Answer, Unanswered> {
    let mut child = Command::new(name)
        .args(arguments)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| is_for_programs(&name.to_string_lossy())))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Unanswered::NotRun)?;
    let outputs = [
        child.stdout.take().map(|pipe| collect(Box::new(pipe))),
        child.stderr.take().map(|pipe| collect(Box::new(pipe))),
    ];
    let deadline = Instant::now() + limit;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(Unanswered::TimedOut(limit));
            }
            Err(error) => return Err(Unanswered::NotRun(error)),
        }
    };
    // A grandchild may hold the pipes open.
    let rest = || deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(100));
    let [stdout, stderr] = outputs.map(|output| output.and_then(|answer| answer.recv_timeout(rest()).ok()).unwrap_or_default());
    Ok(Answer {
        success: status.success(),
        stdout,
        stderr,
    })
}

/// What a program needs of this process's environment, which holds the application's secrets too.
fn is_for_programs(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "LANG",
        "TMPDIR",
        "CONTAINER_HOST",
        "SSH_AUTH_SOCK",
    ];
    const PREFIXES: &[&str] = &["LC_", "XDG_", "DBUS_", "SYSTEMD_", "DOCKER_", "CONTAINERS_", "PODMAN_"];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn collect(pipe: Box<dyn std::io::Read + Send>) -> mpsc::Receiver<Secret> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = pipe.take(LONGEST).read_to_end(&mut text);
        let _ = sender.send(Secret::new(text));
    });
    receiver
}
