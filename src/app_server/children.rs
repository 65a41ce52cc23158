//! The worker processes that a running master really has.

use std::path::Path;

use super::AppServer;
use super::told::Told;
use crate::file;

/// Puts what is really there in the place of what was told, where the master has workers.
pub fn count(server: &mut AppServer, master: u32) {
    let belongs: fn(&[u8], &[u8]) -> bool = match server.name {
        // Forked: the same command line, unless setproctitle gives each its own.
        Some("gunicorn") => |child, master| child == master || child.starts_with(b"gunicorn: worker"),
        Some("celery") => |child, master| child == master || holds(child, b"ForkPoolWorker"),
        // Started anew by multiprocessing, beside its resource tracker.
        Some("uvicorn") => |child, _| holds(child, b"spawn_main"),
        _ => return,
    };
    let running = children(master, belongs);
    if running == 0 {
        return;
    }
    let told = server.workers.as_ref().and_then(Told::number);
    let from = match told {
        Some(told) if told != running => format!("running under process {master}, where {told} are set"),
        _ => format!("running under process {master}"),
    };
    server.workers = Some(Told::Is(running, from));
}

fn holds(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

#[cfg(target_os = "linux")]
fn children(master: u32, belongs: fn(&[u8], &[u8]) -> bool) -> u32 {
    let command = |pid: u32| file::read_bytes(Path::new(&format!("/proc/{pid}/cmdline"))).unwrap_or_default();
    let of_master = command(master);
    let Ok(entries) = std::fs::read_dir("/proc") else { return 0 };
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_child = |pid: &u32| {
        let status = file::of_system(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name in parentheses may hold anything.
        let parent = status
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        parent == Some(master) && belongs(&command(*pid), &of_master)
    };
    u32::try_from(pids.filter(is_child).count()).unwrap_or(u32::MAX)
}

#[cfg(not(target_os = "linux"))]
fn children(_master: u32, _belongs: fn(&[u8], &[u8]) -> bool) -> u32 {
    0
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
