//! SQLite databases beside the code: what an application used before it was moved to PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};

use crate::file;

/// How a database file begins, from SQLite's file format.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// The smallest file with a table in it, in bytes: two pages of the smallest size.
const SMALLEST: u64 = 1_024;

/// Whether a file is named as one.
#[must_use]
pub fn is_named_so(name: &str) -> bool {
    [".sqlite3", ".sqlite", ".db"].iter().any(|ending| name.ends_with(ending))
}

/// Of these files, the databases with something in them.
#[must_use]
pub fn databases(files: &[PathBuf]) -> Vec<PathBuf> {
    files.iter().filter(|path| is_database(path)).cloned().collect()
}

fn is_database(path: &Path) -> bool {
    // No link is followed, and nothing is opened that is no regular file.
    let is_candidate = fs::symlink_metadata(path).is_ok_and(|kind| kind.is_file() && kind.len() >= SMALLEST);
    is_candidate && file::starts_with(path, MAGIC)
}
