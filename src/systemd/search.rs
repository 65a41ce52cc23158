//! Which files make a unit: its fragment and its drop-ins, looked for where systemd looks (systemd.unit, "Unit File Load Path").

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The directories, the strongest first.
pub const DIRECTORIES: &[&str] = &[
    "etc/systemd/system.control",
    "run/systemd/system.control",
    "run/systemd/transient",
    "run/systemd/generator.early",
    "etc/systemd/system",
    "run/systemd/system",
    "run/systemd/generator",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
    "run/systemd/generator.late",
];

/// A unit's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Files {
        /// The unit's own file.
        fragment: PathBuf,
        /// In the order in which they apply.
        drop_ins: Vec<PathBuf>,
    },
    /// A link to /dev/null, or an empty file.
    Masked(PathBuf),
    Nowhere,
}

/// The name with its suffix.
#[must_use]
pub fn full_name(name: &str) -> String {
    const SUFFIXES: &[&str] = &[".service", ".socket", ".timer", ".target", ".path", ".slice", ".scope", ".mount"];
    if SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) {
        name.to_owned()
    } else {
        format!("{name}.service")
    }
}

/// Whether it can be a unit's name at all: a path or a pattern cannot.
#[must_use]
pub fn is_unit_name(name: &str) -> bool {
    !name.is_empty() && name.len() < 256 && name.chars().all(|c| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c))
}

/// Looks for the unit of this full name.
#[must_use]
pub fn find(root: &Path, unit: &str) -> Found {
    let template = unit.split_once('@').map(|(prefix, rest)| {
        let suffix = rest.rsplit_once('.').map_or("", |(_, suffix)| suffix);
        format!("{prefix}@.{suffix}")
    });
    let names = || std::iter::once(unit).chain(template.as_deref());
    let in_directories = |name: &str| {
        DIRECTORIES
            .iter()
            .map(|directory| root.join(directory).join(name))
            .collect::<Vec<_>>()
    };
    // A link whose target is missing is there too.
    let Some(fragment) = names().flat_map(in_directories).find(|path| path.symlink_metadata().is_ok()) else {
        return Found::Nowhere;
    };
    let empty = std::fs::metadata(&fragment).is_ok_and(|status| status.is_file() && status.len() == 0);
    if empty || std::fs::read_link(&fragment).is_ok_and(|target| target == Path::new("/dev/null")) {
        return Found::Masked(fragment);
    }
    let mut known_as: Vec<String> = names().map(str::to_owned).collect();
    // The drop-ins of the name that a link leads to apply as well.
    if let Some(real) = std::fs::canonicalize(&fragment)
        .ok()
        .and_then(|path| Some(path.file_name()?.to_str()?.to_owned()))
        && !known_as.contains(&real)
    {
        known_as.push(real);
    }
    known_as.extend(prefixes(unit));
    known_as.extend(unit.rsplit_once('.').map(|(_, suffix)| suffix.to_owned()));
    Found::Files {
        drop_ins: drop_ins(root, &known_as),
        fragment,
    }
}

/// `shop-web-.service` and `shop-.service` for `shop-web-1.service`, the longest first.
fn prefixes(unit: &str) -> Vec<String> {
    let Some((stem, suffix)) = unit.rsplit_once('.') else {
        return Vec::new();
    };
    let stem = stem.split('@').next().unwrap_or(stem);
    let dashes: Vec<usize> = stem.match_indices('-').map(|(at, _)| at).filter(|at| *at > 0).collect();
    dashes.iter().rev().map(|at| format!("{}-.{suffix}", &stem[..*at])).collect()
}

/// Sorted by file name; of the same name the one in the stronger place counts alone.
fn drop_ins(root: &Path, names: &[String]) -> Vec<PathBuf> {
    let of_name = |name| {
        DIRECTORIES
            .iter()
            .map(move |directory| root.join(directory).join(format!("{name}.d")))
    };
    drop_ins_in(names.iter().flat_map(of_name))
}

/// The drop-ins in these directories, of which the first is the strongest.
pub(super) fn drop_ins_in(directories: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut by_name: BTreeMap<std::ffi::OsString, PathBuf> = BTreeMap::new();
    for entry in directories
        .filter_map(|directory| std::fs::read_dir(directory).ok())
        .flatten()
        .flatten()
    {
        if entry.path().extension().is_some_and(|extension| extension == "conf") {
            by_name.entry(entry.file_name()).or_insert_with(|| entry.path());
        }
    }
    let masked = |path: &PathBuf| std::fs::read_link(path).is_ok_and(|target| target == Path::new("/dev/null"));
    by_name.into_values().filter(|path| !masked(path)).collect()
}

/// The file that makes the unit for the managers of users, of whom one has this home directory.
#[must_use]
pub fn of_users(root: &Path, home: Option<&Path>, unit: &str) -> Option<PathBuf> {
    let own = home.map(|home| home.join(".config/systemd/user"));
    let of_all = [
        "etc/systemd/user",
        "run/systemd/user",
        "usr/local/lib/systemd/user",
        "usr/lib/systemd/user",
    ];
    let directories = own.into_iter().chain(of_all.map(|directory| root.join(directory)));
    directories.map(|directory| directory.join(unit)).find(|path| path.is_file())
}

/// The services whose files lie under `root`, without their suffix.
#[must_use]
pub fn services(root: &Path) -> std::collections::BTreeSet<String> {
    let directories = DIRECTORIES
        .iter()
        .filter_map(|directory| std::fs::read_dir(root.join(directory)).ok());
    directories
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_unit_name(name))
        .filter_map(|name| Some(name.strip_suffix(".service")?.to_owned()))
        .collect()
}
