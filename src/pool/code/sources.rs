//! The project's own source files.

use std::fs;
use std::path::{Path, PathBuf};

/// How many files are looked into.
const MOST_FILES: usize = 3_000;

/// How many directories are opened.
const MOST_DIRECTORIES: usize = 3_000;

/// How deep they lie at most.
const DEEPEST: usize = 8;

/// Directories without code that a service runs: other people's, tests, and migrations, which have engines of their own.
const PRUNED: &[&str] = &[
    "node_modules",
    "site-packages",
    "dist-packages",
    "__pycache__",
    "tests",
    "test",
    "testing",
    "migrations",
    "alembic",
    "versions",
    "docs",
    "examples",
    "build",
];

/// The Python files below `project`, in a lasting order; `None` where there are too many to tell anything from.
pub fn python(project: &Path) -> Option<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut level = vec![project.to_owned()];
    let mut opened = 0_usize;
    for depth in 0..=DEEPEST {
        let mut below = Vec::new();
        for directory in level {
            if depth > 0 && (directory.join("pyvenv.cfg").exists() || directory.join("script.py.mako").exists()) {
                continue;
            }
            for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
                let Ok(kind) = entry.file_type() else { continue };
                let Ok(name) = entry.file_name().into_string() else { continue };
                if kind.is_dir() && !name.starts_with('.') && !PRUNED.contains(&name.as_str()) {
                    below.push(entry.path());
                } else if kind.is_file() && is_source(&name) {
                    files.push(entry.path());
                }
            }
            opened += 1;
            if files.len() > MOST_FILES || opened > MOST_DIRECTORIES {
                return None;
            }
        }
        level = below;
    }
    files.sort_unstable();
    Some(files)
}

fn is_source(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".py") else { return false };
    !stem.starts_with("test_") && !stem.ends_with("_test") && !matches!(stem, "conftest" | "setup" | "tests")
}
