//! One revision file.

use std::path::PathBuf;

use crate::migrations::Unread;
use crate::migrations::extensions;
use crate::migrations::files::{Bounds, Listed, has_extension};
use crate::migrations::python::{Binding, Module};

/// A revision, as its file declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub id: String,
    pub file: PathBuf,
    /// `down_revision`: none for a base, several for a merge.
    pub down: Vec<String>,
    /// `depends_on`: ids, or branch labels.
    pub depends_on: Vec<String>,
    pub labels: Vec<String>,
    /// Extensions that it makes.
    pub extensions: Vec<String>,
}

/// What a file of a version location turned out to be.
#[derive(Debug)]
pub enum Read {
    Revision(Revision),
    /// Not to be told without running it.
    Unread(Unread),
    /// Alembic stops at it: `revision`, or `down_revision`, is not there.
    Incomplete {
        file: PathBuf,
        missing: &'static str,
    },
}

/// Whether Alembic takes a file of that name for a revision (`alembic.script.base`, `_only_source_rev_file`).
#[must_use]
pub fn is_candidate(name: &str) -> bool {
    !name.starts_with(".#") && !name.starts_with("__init__") && has_extension(name, "py")
}

/// Reads one file.
#[must_use]
pub fn read(file: &Listed, bounds: &Bounds) -> Read {
    match Module::read_listed(file, bounds) {
        Ok(module) => declared(&module),
        Err(unread) => Read::Unread(unread),
    }
}

fn declared(module: &Module) -> Read {
    let all = || -> Result<Read, Unread> {
        let Some(id) = id(module)? else {
            return Ok(Read::Incomplete {
                file: module.file.clone(),
                missing: "revision",
            });
        };
        let Some(down) = module.texts("down_revision")? else {
            return Ok(Read::Incomplete {
                file: module.file.clone(),
                missing: "down_revision",
            });
        };
        Ok(Read::Revision(Revision {
            id,
            file: module.file.clone(),
            down,
            depends_on: module.texts("depends_on")?.unwrap_or_default(),
            labels: module.texts("branch_labels")?.unwrap_or_default(),
            extensions: extensions::named(module.source()),
        }))
    };
    all().unwrap_or_else(Read::Unread)
}

/// The id, from the file's name where the module has none: the form of Alembic 0.1, hexadecimal digits alone.
fn id(module: &Module) -> Result<Option<String>, Unread> {
    match module.binding("revision") {
        Binding::Absent => {
            let stem = module.file.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
            let hexadecimal = !stem.is_empty() && stem.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            Ok(hexadecimal.then(|| stem.to_owned()))
        }
        Binding::Computed(_) | Binding::Imported { .. } | Binding::Value { .. } => module.text("revision"),
    }
}
