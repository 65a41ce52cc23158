//! Migration trees of a project, read without running or importing any of it.
//!
//! # Adding a tool
//!
//! Give it a folder here that turns files into a tree and a tree plus the rows of its state table into what is pending;
//! let [`survey`] fill it in; then let `probe::migrations` ask for its state table and judge it.

pub mod alembic;
pub mod django;
pub mod exact;
mod extensions;
pub(crate) mod files;
pub mod inspection;
pub mod python;
mod sqlite;
pub mod tools;
mod walk;

use crate::venv;
use std::fmt;
use std::path::{Path, PathBuf};

use files::Bounds;

/// Everything that was found under a project.
#[derive(Debug, Default)]
pub struct Trees {
    /// The project's directory, absolute.
    pub project: PathBuf,
    pub alembic: Vec<alembic::Tree>,
    pub django: Vec<django::Tree>,
    /// The files of other tools, by their names.
    pub others: Vec<tools::files::Found>,
    /// SQLite databases with something in them.
    pub sqlite: Vec<PathBuf>,
    /// What could not be read and belongs to no tree: a directory, a configuration file.
    pub unread: Vec<Unread>,
}

impl Trees {
    /// Whether the project has no migrations that can be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alembic.is_empty() && self.django.is_empty()
    }

    /// A path as it is shown: relative to the project where it lies inside.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        shown(&self.project, path)
    }
}

/// Something that only running the code, or another user, could have read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub file: PathBuf,
    /// Counted from one; `None` where the whole file or directory is meant.
    pub line: Option<usize>,
    /// A fragment that names the reason: `revision is computed (an f-string)`.
    pub why: String,
}

impl Unread {
    pub(crate) fn whole(file: &Path, why: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            why: why.into(),
        }
    }

    pub(crate) fn at(file: &Path, line: usize, why: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::whole(file, why)
        }
    }

    /// `path:line: why`, the path relative to `project`.
    #[must_use]
    pub fn shown(&self, project: &Path) -> String {
        let place = shown(project, &self.file);
        match self.line {
            Some(line) => format!("{place}:{line}: {}", self.why),
            None => format!("{place}: {}", self.why),
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown(Path::new("")))
    }
}

/// A path as it is shown: relative to the project where it lies inside.
pub(crate) fn shown(project: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(project).unwrap_or(path);
    let text = if relative.as_os_str().is_empty() {
        Path::new(".")
    } else {
        relative
    };
    crate::foreign::Foreign::new(text.to_string_lossy()).to_string()
}

/// Reads every migration tree under `project`, and the applications of other people's in the virtual environment. Blocks;
/// touches the file system only, and nothing outside of those two.
#[must_use]
pub fn survey(project: &Path, venv: Option<&Path>) -> Trees {
    let absolute = match project.canonicalize() {
        Ok(absolute) => absolute,
        Err(error) => {
            return Trees {
                project: project.to_owned(),
                unread: vec![Unread::whole(project, format!("cannot be opened: {error}"))],
                ..Trees::default()
            };
        }
    };
    let site_packages = venv.map(venv::site_packages).unwrap_or_default();
    let bounds = Bounds::of(std::iter::once(&absolute).chain(&site_packages).map(PathBuf::as_path));
    let mut landmarks = walk::landmarks(&absolute);
    let mut unread = std::mem::take(&mut landmarks.unread);
    let alembic = alembic::trees(&absolute, &bounds, &landmarks, &mut unread);
    let django = django::trees(&absolute, &site_packages, &bounds, &landmarks, &mut unread);
    Trees {
        others: tools::files_of(&absolute, &bounds),
        sqlite: sqlite::databases(&landmarks.sqlite),
        project: absolute,
        alembic,
        django,
        unread,
    }
}
