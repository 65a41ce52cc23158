//! SQLite databases beside the code: what an application used before it was moved to PostgreSQL.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

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
    files.iter().filter(|file| is_database(file)).cloned().collect()
}

fn is_database(file: &Path) -> bool {
    // No link is followed, and nothing is opened that is no regular file.
    let is_candidate = fs::symlink_metadata(file).is_ok_and(|kind| kind.is_file() && kind.len() >= SMALLEST);
    let mut start = [0; 16];
    is_candidate && File::open(file).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *MAGIC
}
