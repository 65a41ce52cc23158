//! One walk through a project, for the files by which migration tools are known.

use std::fs;
use std::path::{Path, PathBuf};

use super::Unread;
use super::files::has_extension;

/// How deep the walk goes.
const DEEPEST: usize = 10;

/// How many directories the walk opens.
const MOST_DIRECTORIES: usize = 10_000;

/// Directories that hold no code of the application itself: other people's code, and migrations that only tests apply. Those
/// whose name begins with a dot, and virtual environments under any name, are left out too.
const PRUNED: &[&str] = &[
    "node_modules",
    "bower_components",
    "site-packages",
    "dist-packages",
    "__pycache__",
    "__pypackages__",
    "tests",
    "test",
    "fixtures",
];

/// The files by which tools are known, each list in the order of their paths.
#[derive(Debug, Default)]
pub struct Landmarks {
    /// `alembic.ini`
    pub alembic_ini: Vec<PathBuf>,
    /// `pyproject.toml`
    pub pyproject: Vec<PathBuf>,
    /// Directories with an `env.py` beside a `versions` directory or a `script.py.mako`: Alembic's script directories.
    pub script_directories: Vec<PathBuf>,
    /// Directories named `migrations` with an `__init__.py`, without Alembic's.
    pub django_packages: Vec<PathBuf>,
    /// `manage.py`
    pub manage: Vec<PathBuf>,
    /// `settings.py`, and the modules of a package `settings`.
    pub settings: Vec<PathBuf>,
    /// Files that are named as SQLite's databases are.
    pub sqlite: Vec<PathBuf>,
    pub unread: Vec<Unread>,
}

/// Walks through the project, breadth first. Symbolic links to directories are not followed: nothing is met twice, and the
/// walk never leaves the project.
pub fn landmarks(project: &Path) -> Landmarks {
    let mut found = Landmarks::default();
    let mut level = vec![project.to_owned()];
    let mut opened = 0_usize;
    for depth in 0..=DEEPEST {
        let mut below = Vec::new();
        for directory in level {
            opened += 1;
            if opened > MOST_DIRECTORIES {
                found.unread.push(Unread::whole(
                    &directory,
                    format!("not searched: the project has more than {MOST_DIRECTORIES} directories"),
                ));
                return found;
            }
            below.extend(visit(&directory, depth == 0, &mut found));
        }
        level = below;
    }
    found
}

/// Notes what lies in `directory`, and returns the directories to go on with.
fn visit(directory: &Path, is_project: bool, found: &mut Landmarks) -> Vec<PathBuf> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) => {
            found
                .unread
                .push(Unread::whole(directory, format!("cannot be searched for migrations: {error}")));
            return Vec::new();
        }
    };
    let mut names = Vec::new();
    let mut directories = Vec::new();
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        let Ok(name) = entry.file_name().into_string() else { continue };
        if kind.is_dir() {
            directories.push(name);
        } else {
            names.push(name);
        }
    }
    names.sort_unstable();
    directories.sort_unstable();
    let has = |name: &str| names.iter().any(|other| other == name);
    // What build tools mark as theirs (cargo's `target`, caches) is no code of the application.
    if (has("pyvenv.cfg") || has("CACHEDIR.TAG")) && !is_project {
        return Vec::new();
    }

    let is_script_directory = has("env.py") && (has("script.py.mako") || directories.iter().any(|name| name == "versions"));
    let last = directory.file_name().and_then(|name| name.to_str()).unwrap_or("");
    if has("alembic.ini") {
        found.alembic_ini.push(directory.join("alembic.ini"));
    }
    if has("pyproject.toml") {
        found.pyproject.push(directory.join("pyproject.toml"));
    }
    if has("manage.py") {
        found.manage.push(directory.join("manage.py"));
    }
    if is_script_directory {
        found.script_directories.push(directory.to_owned());
    } else if last == "migrations" && has("__init__.py") {
        found.django_packages.push(directory.to_owned());
    }
    if last == "settings" {
        found.settings.extend(
            names
                .iter()
                .filter(|name| has_extension(name, "py"))
                .map(|name| directory.join(name)),
        );
    } else if has("settings.py") {
        found.settings.push(directory.join("settings.py"));
    }

    let sqlite = names.iter().filter(|name| super::sqlite::is_named_so(name));
    found.sqlite.extend(sqlite.map(|name| directory.join(name)));

    directories
        .into_iter()
        .filter(|name| !name.starts_with('.') && !PRUNED.contains(&name.as_str()))
        .filter(|name| !(is_script_directory && name == "versions"))
        // setuptools' copy of the packages.
        .filter(|name| !(last == "build" && name.starts_with("lib")))
        .map(|name| directory.join(name))
        .collect()
}
