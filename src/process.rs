//! A running process, as /proc shows it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::file;
use crate::foreign::Foreign;
use crate::secret::Secret;

/// What is known of a process.
#[derive(Debug, Clone, Default)]
pub struct Process {
    pub pid: u32,
    /// The environment with which it was started.
    pub variables: BTreeMap<String, Secret>,
    /// Its working directory.
    pub directory: Option<PathBuf>,
    /// Its command line; secrets may stand in it.
    pub command: Vec<Secret>,
    /// The user's number.
    pub uid: Option<u32>,
}

/// Why a process cannot be seen.
#[derive(Debug)]
pub enum Unseen {
    /// There is none of this number.
    Gone,
    /// It is another user's.
    Denied(io::Error),
    /// This system shows no environment of other processes.
    NoProc,
}

/// The process number that a pid file holds.
///
/// # Errors
///
/// Why it holds none.
pub fn number_in(path: &Path) -> Result<u32, String> {
    let shown = Foreign::new(path.to_string_lossy());
    let text = file::of_system(path).map_err(|error| format!("the pid file {shown} cannot be read: {error}"))?;
    text.trim()
        .parse()
        .map_err(|_| format!("the pid file {shown} holds no process number"))
}

/// Looks at the process of this number.
///
/// # Errors
///
/// Why it cannot be seen.
#[cfg(target_os = "linux")]
pub fn look(pid: u32) -> Result<Process, Unseen> {
    use std::os::unix::fs::MetadataExt as _;

    let directory = PathBuf::from(format!("/proc/{pid}"));
    let read = |name: &str| {
        file::read_bytes(&directory.join(name)).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => Unseen::Denied(error),
            _ => Unseen::Gone,
        })
    };
    if !directory.is_dir() {
        return Err(Unseen::Gone);
    }
    Ok(Process {
        pid,
        variables: variables(&read("environ")?),
        directory: std::fs::read_link(directory.join("cwd")).ok(),
        command: words(&read("cmdline")?),
        uid: std::fs::metadata(&directory).ok().map(|status| status.uid()),
    })
}

/// Looks at the process of this number.
///
/// # Errors
///
/// Always: this system has no /proc.
#[cfg(not(target_os = "linux"))]
pub fn look(_pid: u32) -> Result<Process, Unseen> {
    Err(Unseen::NoProc)
}

/// Whether the process sees the same files as the doctor: not one in a container, nor in another root directory.
#[must_use]
pub fn shares_files(pid: u32) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let root = |path: &str| std::fs::metadata(path).ok().map(|status| (status.dev(), status.ino()));
    root("/").is_some_and(|own| root(&format!("/proc/{pid}/root/.")) == Some(own))
}

/// `NAME=value` after `NAME=value`, each ended by NUL; of a name the first counts, as for `getenv`.
#[must_use]
pub fn variables(text: &[u8]) -> BTreeMap<String, Secret> {
    let mut found = BTreeMap::new();
    for entry in text.split(|byte| *byte == 0) {
        if let Some(equals) = entry.iter().position(|byte| *byte == b'=').filter(|equals| *equals > 0)
            && let Ok(name) = std::str::from_utf8(&entry[..equals])
        {
            found.entry(name.to_owned()).or_insert_with(|| Secret::new(&entry[equals + 1..]));
        }
    }
    found
}

#[cfg(target_os = "linux")]
fn words(text: &[u8]) -> Vec<Secret> {
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    text.split(|byte| *byte == 0).map(Secret::new).collect()
}

/// How long the process, or the youngest of its children, has run: workers that were started anew have read the code anew.
#[must_use]
pub fn age(pid: u32) -> Option<Duration> {
    youngest(std::iter::once(pid).chain(children(pid)))
}

/// How long the youngest of these processes has run.
#[must_use]
pub fn youngest(pids: impl IntoIterator<Item = u32>) -> Option<Duration> {
    let uptime = file::of_system("/proc/uptime").ok()?;
    let up: f64 = uptime.split(' ').next()?.parse().ok()?;
    let started = pids.into_iter().filter_map(|pid| started(&stat(pid)?));
    let last = started.fold(None, |last: Option<f64>, one| Some(last.map_or(one, |last| last.max(one))))?;
    Some(Duration::try_from_secs_f64(up - last).unwrap_or_default())
}

/// The processes that this one has started and that have not ended; none where the system has no /proc.
#[must_use]
pub fn children(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_child = |pid: &u32| stat(*pid).as_deref().and_then(|stat| field(stat, 1)?.parse().ok()) == Some(parent);
    pids.filter(is_child).collect()
}

fn stat(pid: u32) -> Option<String> {
    file::of_system(format!("/proc/{pid}/stat")).ok()
}

/// A field of `/proc/PID/stat` behind the name, which may hold anything but ends with the last parenthesis.
fn field(stat: &str, index: usize) -> Option<&str> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(index)
}

/// The seconds between the system's start and the process's, from `/proc/PID/stat`.
fn started(stat: &str) -> Option<f64> {
    // What /proc counts in, whatever the kernel's own clock.
    const TICKS_PER_SECOND: f64 = 100.0;
    let ticks: f64 = field(stat, 19)?.parse().ok()?;
    Some(ticks / TICKS_PER_SECOND)
}
