//! What the running service manager says of a unit.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::handed::Handed;
use crate::aside;
use crate::settings::program;

/// How long systemctl may take.
const LIMIT: Duration = Duration::from_secs(3);

/// What `systemctl show` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// `loaded`, `not-found`, `masked`, …
    pub load_state: String,
    pub fragment: Option<PathBuf>,
    pub drop_ins: Vec<PathBuf>,
    /// The running main process.
    pub main_pid: Option<u32>,
    /// The files changed since the manager read them.
    pub needs_reload: bool,
}

/// Asks the manager of the unit, and what it hands to all, where systemd runs (`sd_booted`).
#[must_use]
pub fn ask(unit: &str) -> Option<(Shown, Handed)> {
    if !Path::new("/run/systemd/system").is_dir() {
        return None;
    }
    let (shown, handed) = aside::both(|| show(unit), Handed::by_manager);
    shown.map(|shown| (shown, handed))
}

fn show(unit: &str) -> Option<Shown> {
    let arguments = [
        "show",
        "--no-pager",
        "--property=LoadState,FragmentPath,DropInPaths,MainPID,NeedDaemonReload",
        "--",
        unit,
    ];
    let output = program::run("systemctl", &arguments, LIMIT).ok().filter(|output| output.success)?;
    Some(read(&String::from_utf8_lossy(output.stdout.reveal())))
}

/// Reads the properties, a line each.
#[must_use]
pub fn read(text: &str) -> Shown {
    let mut shown = Shown::default();
    for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
        match name {
            "LoadState" => value.clone_into(&mut shown.load_state),
            "FragmentPath" => shown.fragment = Some(value).filter(|path| !path.is_empty()).map(PathBuf::from),
            "DropInPaths" => shown.drop_ins = value.split_whitespace().map(PathBuf::from).collect(),
            "MainPID" => shown.main_pid = value.parse().ok().filter(|pid| *pid != 0),
            "NeedDaemonReload" => shown.needs_reload = value == "yes",
            _ => {}
        }
    }
    shown
}
