//! The metadata of installed packages (the "core metadata" of `*.dist-info/METADATA`, or `PKG-INFO` of older installers).

use std::path::{Path, PathBuf};

use super::version::Version;

/// The directories from which packages are imported.
#[must_use]
pub fn site_packages(venv: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = ["lib", "lib64"]
        .iter()
        .flat_map(|lib| std::fs::read_dir(venv.join(lib)).into_iter().flatten().flatten())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("python"))
        .flat_map(|entry| ["site-packages", "dist-packages"].map(|name| entry.path().join(name)))
        .filter_map(|path| path.canonicalize().ok().filter(|path| path.is_dir()))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Every package of a directory, its name normalised.
pub fn installed(directory: &Path) -> Vec<(String, Version)> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| package(&entry.path())).collect()
}

fn package(path: &Path) -> Option<(String, Version)> {
    let file = path.file_name()?.to_str()?;
    let (stem, metadata) = match (file.strip_suffix(".dist-info"), file.strip_suffix(".egg-info")) {
        (Some(stem), _) => (stem, path.join("METADATA")),
        (None, Some(stem)) if path.is_dir() => (stem, path.join("PKG-INFO")),
        (None, Some(stem)) => (stem, path.to_owned()),
        (None, None) => return None,
    };
    let (name, version) = stem.split_once('-')?;
    // The name of the directory repeats what stands in the file; the file is right where they differ.
    let text = crate::file::read(&metadata).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let header = |key: &str| {
        let lines = text.lines().take_while(|line| !line.is_empty());
        lines
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value.trim())
    };
    let name = header("Name").unwrap_or(name);
    Some((normalised(name), Version::new(header("Version").unwrap_or(version))))
}

/// Lower case, with every run of `-`, `_` and `.` as one hyphen.
fn normalised(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if !matches!(c, '-' | '_' | '.') {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out
}

/// `libpq 17 of psycopg-binary`: the wheels' libpq has the major version at the end of its name (`libpq-1a2b3c4d.so.5.17`).
pub fn bundled_libpq(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for (libraries, package) in [
        ("psycopg2_binary.libs", "psycopg2-binary"),
        ("psycopg_binary.libs", "psycopg-binary"),
    ] {
        for entry in std::fs::read_dir(directory.join(libraries)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let major = name
                .strip_prefix("libpq-")
                .and_then(|rest| rest.split_once(".so.5."))
                .map(|(_, major)| major);
            if let Some(major) = major.filter(|major| major.chars().all(|c| c.is_ascii_digit())) {
                found.push(format!("libpq {major} of {package}"));
            }
        }
    }
    found
}
