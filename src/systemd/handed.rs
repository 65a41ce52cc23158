//! What the service manager hands to its services beside what their units say (systemd.exec, "Environment Variables in Spawned
//! Processes").

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::environment::Given;
use super::service;
use super::words;
use crate::process;
use crate::secret::Secret;
use crate::settings::program;

/// How long systemctl may take.
const LIMIT: Duration = Duration::from_secs(3);

/// Where the manager's own settings stand, the strongest first (systemd-system.conf).
const DIRECTORIES: &[&str] = &[
    "etc/systemd",
    "run/systemd",
    "usr/local/lib/systemd",
    "usr/lib/systemd",
    "lib/systemd",
];

/// What comes from the manager.
#[derive(Debug, Default)]
pub struct Handed {
    /// `DefaultEnvironment=`, as its files have it.
    pub defaults: Vec<Given>,
    /// What the running manager gives to every service: `DefaultEnvironment=`, and what `systemctl set-environment` made of it.
    pub to_all: Vec<(String, Secret)>,
    /// Its own environment, from which `PassEnvironment=` takes; `None` where it cannot be seen.
    pub own: Option<BTreeMap<String, Secret>>,
}

impl Handed {
    /// Asks the running manager.
    #[must_use]
    pub fn by_manager() -> Self {
        let shown = program::run("systemctl", &["show-environment"], LIMIT)
            .ok()
            .filter(|answer| answer.success);
        Self {
            defaults: Vec::new(),
            to_all: shown.map(|answer| read(answer.stdout.reveal())).unwrap_or_default(),
            own: process::look(1).ok().map(|manager| manager.variables),
        }
    }

    /// Reads the manager's files.
    #[must_use]
    pub fn by_files(root: &Path) -> Self {
        Self {
            defaults: service::default_environment(root, &files(root)),
            ..Self::default()
        }
    }
}

/// The main file of the strongest place, then the drop-ins, sorted by name.
fn files(root: &Path) -> Vec<PathBuf> {
    let main = DIRECTORIES.iter().map(|directory| root.join(directory).join("system.conf"));
    let drop_ins = DIRECTORIES.iter().map(|directory| root.join(directory).join("system.conf.d"));
    let mut files: Vec<PathBuf> = main.filter(|path| path.exists()).take(1).collect();
    files.extend(super::search::drop_ins_in(drop_ins));
    files
}

/// `systemctl show-environment`: a line each, quoted as a shell would where that is needed.
#[must_use]
pub fn read(text: &[u8]) -> Vec<(String, Secret)> {
    let lines = text.split(|byte| *byte == b'\n');
    let variables = lines.filter_map(|line| {
        let equals = line.iter().position(|byte| *byte == b'=')?;
        let name = String::from_utf8(line[..equals].to_vec()).ok()?;
        let value = &line[equals + 1..];
        let quoted = value.strip_prefix(b"$").filter(|rest| rest.starts_with(b"'"));
        let quoted = quoted.or_else(|| Some(value).filter(|value| value.starts_with(b"\"")));
        let value = match quoted {
            Some(quoted) => Secret::new(words::split(quoted).words.into_iter().next()?),
            None => Secret::new(value),
        };
        Some((name, value))
    });
    variables.collect()
}
