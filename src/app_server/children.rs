//! The worker processes that a running master really has: evidence beside what was told, for a count is true of its moment alone.
//!
//! While the master starts, reloads or replaces a worker there are fewer or more than are meant. So what was told counts, unless
//! there have been more for longer than any replacement takes: somebody asked the master for them (`TTIN`).

use std::path::Path;
use std::time::Duration;

use super::AppServer;
use super::told::Told;
use crate::{file, process};

/// How long a worker that is being replaced may still run, where the server has no setting for it or none is told: gunicorn's default.
const GRACE: Duration = Duration::from_secs(30);

/// The workers of a master at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    pub workers: u32,
    /// How long the youngest of them has run.
    pub youngest: Duration,
}

/// Holds what was told against what is there.
pub fn compare(server: &mut AppServer, master: u32) {
    let belongs: fn(&Child<'_>) -> bool = match server.name {
        Some("gunicorn") => |child| child.is_of_gunicorn(),
        Some("celery") => |child| child.is_a_fork() || child.says(b"ForkPoolWorker"),
        // Started anew by multiprocessing, beside its resource tracker.
        Some("uvicorn" | "hypercorn" | "granian") => |child| child.says(b"spawn_main") || child.is_a_fork(),
        _ => return,
    };
    if let Some(running) = running(master, belongs) {
        let grace = server.grace.unwrap_or(GRACE);
        server.workers = Some(weighed(server.workers.take(), running, grace, master));
    }
}

/// What counts.
fn weighed(told: Option<Told>, running: Running, grace: Duration, master: u32) -> Told {
    let Running { workers, youngest } = running;
    let settled = youngest > grace;
    match told {
        Some(Told::Is(told, from)) if workers > told && settled => {
            Told::Is(workers, format!("running under process {master}; {told} by {from}"))
        }
        Some(Told::Is(told, from)) if workers == told => Told::Is(told, format!("{from}, and running under process {master}")),
        Some(Told::Is(told, from)) => Told::Is(told, format!("{from}; at this moment {workers} running under process {master}")),
        _ if settled => Told::Is(workers, format!("running under process {master}")),
        told => {
            let why = match told {
                Some(Told::Untold(why)) => format!("{why}; "),
                _ => String::new(),
            };
            Told::Untold(format!(
                "{why}{workers} running under process {master} at this moment, the youngest for {} s: others may be starting or ending",
                youngest.as_secs()
            ))
        }
    }
}

/// A child of the master.
struct Child<'a> {
    pid: u32,
    command: &'a [u8],
    of_master: &'a [u8],
}

impl Child<'_> {
    /// A fork keeps its parent's command line.
    fn is_a_fork(&self) -> bool {
        self.command == self.of_master
    }

    fn says(&self, word: &[u8]) -> bool {
        memchr::memmem::find(self.command, word).is_some()
    }

    /// A fork, unless setproctitle gives each its own title; not the master that is to follow this one (`USR2`), which was told of it.
    fn is_of_gunicorn(&self) -> bool {
        let follows = || process::look(self.pid).is_ok_and(|child| child.variables.contains_key("GUNICORN_PID"));
        self.command.starts_with(b"gunicorn: worker") || self.is_a_fork() && !self.command.starts_with(b"gunicorn: master") && !follows()
    }
}

#[cfg(target_os = "linux")]
fn running(master: u32, belongs: fn(&Child<'_>) -> bool) -> Option<Running> {
    let command = |pid: u32| file::read_bytes(Path::new(&format!("/proc/{pid}/cmdline"))).unwrap_or_default();
    let of_master = command(master);
    let workers: Vec<u32> = process::children(master)
        .into_iter()
        .filter(|pid| {
            belongs(&Child {
                pid: *pid,
                command: &command(*pid),
                of_master: &of_master,
            })
        })
        .collect();
    Some(Running {
        workers: u32::try_from(workers.len()).ok().filter(|count| *count > 0)?,
        youngest: process::youngest(workers)?,
    })
}

#[cfg(not(target_os = "linux"))]
fn running(_master: u32, _belongs: fn(&Child<'_>) -> bool) -> Option<Running> {
    None
}

/// `os.cpu_count()` of a Python on this host.
#[must_use]
pub fn cpus() -> Option<u32> {
    let online = file::of_system("/sys/devices/system/cpu/online").ok()?;
    let ranges = online.trim().split(',').map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(last.parse::<u32>().ok()?.checked_sub(first.parse().ok()?)? + 1)
    });
    ranges.sum()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{GRACE, Running, weighed};
    use crate::app_server::Told;

    fn of(told: Option<Told>, workers: u32, seconds: u64) -> Told {
        let youngest = Duration::from_secs(seconds);
        weighed(told, Running { workers, youngest }, GRACE, 7)
    }

    fn is(number: u32) -> Told {
        Told::Is(number, "--workers".to_owned())
    }

    #[test]
    fn what_was_told_counts_whatever_the_moment() {
        for (workers, seconds) in [(1, 0), (2, 100), (3, 0), (3, 100), (6, 1)] {
            assert_eq!(of(Some(is(3)), workers, seconds).number(), Some(3), "{workers} for {seconds} s");
        }
    }

    #[test]
    fn workers_that_were_added_count_once_no_replacement_can_be_under_way() {
        assert_eq!(of(Some(is(3)), 4, 31).number(), Some(4));
        assert_eq!(of(Some(is(3)), 4, 30).number(), Some(3));
    }

    #[test]
    fn where_nothing_was_told_a_count_has_to_be_settled() {
        let computed = || Some(Told::Untold("computed in conf.py line 2".to_owned()));
        for told in [None, computed()] {
            assert_eq!(of(told, 5, 31).number(), Some(5));
        }
        let early = of(computed(), 2, 0).to_string();
        assert!(
            early.contains("conf.py line 2; 2 running under process 7 at this moment"),
            "{early}"
        );
    }
}
