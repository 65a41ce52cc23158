//! The virtual environment that the application runs in.

use std::fs;
use std::path::{Path, PathBuf};

/// The environment that was named, else one in the project, else the active one.
#[must_use]
pub fn find(project: &Path, named: Option<&Path>, active: Option<&Path>) -> Option<PathBuf> {
    if let Some(named) = named {
        return Some(named.to_owned());
    }
    let own = ["venv", ".venv"].map(|name| project.join(name));
    own.into_iter().chain(active.map(Path::to_owned)).find(|path| is_one(path))
}

fn is_one(path: &Path) -> bool {
    path.join("pyvenv.cfg").is_file()
}

/// The directories of an environment that packages are installed in.
#[must_use]
pub fn site_packages(venv: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for library in ["lib", "lib64"] {
        let Ok(entries) = fs::read_dir(venv.join(library)) else { continue };
        let versions = entries
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("python"));
        found.extend(versions.filter_map(|entry| entry.path().join("site-packages").canonicalize().ok()));
    }
    // `lib64` is a link to `lib`, most often.
    found.sort_unstable();
    found.dedup();
    found
}
