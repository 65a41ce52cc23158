//! Reading files with limits: no pipes, no devices, nothing huge.

use std::borrow::Cow;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Unread;
use crate::aside;
use crate::file;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// Fewer files than this are not worth a second thread.
const WORTH_A_THREAD: usize = 200;

/// A file that was met in the listing of its directory.
#[derive(Debug)]
pub struct Listed {
    pub path: PathBuf,
    /// The listing says so: no link, no pipe, no device.
    is_regular: bool,
    directory: Option<Arc<OwnedFd>>,
}

impl Listed {
    /// The files of these names in `directory`, each with whether it is a regular one.
    #[must_use]
    pub fn all(directory: &Path, names: Vec<(String, bool)>) -> Vec<Self> {
        // Where there are many, the way to the directory is looked up once.
        let is_worth_it = names.len() >= WORTH_A_THREAD;
        let opened = is_worth_it.then(|| file::directory(directory).ok().map(Arc::new)).flatten();
        let listed = names.into_iter().map(|(name, is_regular)| Self {
            path: directory.join(name),
            is_regular,
            directory: opened.clone(),
        });
        listed.collect()
    }
}

/// The directories outside of which nothing is read, without symbolic links in their paths.
#[derive(Debug, Clone)]
pub struct Bounds(Arc<[PathBuf]>);

impl Bounds {
    /// These directories; those that cannot be opened are left out.
    #[must_use]
    pub fn of<'a>(roots: impl IntoIterator<Item = &'a Path>) -> Self {
        Self(roots.into_iter().filter_map(|root| root.canonicalize().ok()).collect())
    }

    /// Whether a path without symbolic links lies inside.
    #[must_use]
    pub fn holds(&self, path: &Path) -> bool {
        self.0.iter().any(|root| path.starts_with(root))
    }

    /// The path without symbolic links, if it lies inside.
    #[must_use]
    pub fn inside(&self, path: &Path) -> Option<PathBuf> {
        path.canonicalize().ok().filter(|path| self.holds(path))
    }

    /// The text of a regular file, symbolic links to one included. Bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    ///
    /// What kept the file from being read.
    pub fn text(&self, path: &Path) -> Result<String, Unread> {
        let refused = |error: std::io::Error| Unread::whole(path, format!("cannot be read: {error}"));
        // Opening a named pipe would wait for a writer, so the kind is looked at first.
        let mut kind = fs::symlink_metadata(path).map_err(refused)?;
        let mut place = Cow::Borrowed(path);
        if kind.is_symlink() {
            place = path.canonicalize().map_err(refused)?.into();
            kind = fs::symlink_metadata(&place).map_err(refused)?;
        }
        if !self.holds(&place) {
            return Err(Unread::whole(path, "leads out of the project"));
        }
        if !kind.is_file() {
            return Err(Unread::whole(path, "is not a regular file"));
        }
        content(path, file::read_listed(&place, LARGEST))
    }

    /// [`Bounds::text`] of a file that was listed: what the listing tells is not asked again.
    ///
    /// # Errors
    ///
    /// What kept the file from being read.
    pub fn text_of_listed(&self, listed: &Listed) -> Result<String, Unread> {
        if !(listed.is_regular && self.holds(&listed.path)) {
            return self.text(&listed.path);
        }
        let read = match (&listed.directory, listed.path.file_name()) {
            (Some(directory), Some(name)) => file::read_listed_in(directory, name, LARGEST),
            _ => file::read_listed(&listed.path, LARGEST),
        };
        content(&listed.path, read)
    }
}

/// The text of a regular file, which notes know as `path`.
fn content(path: &Path, read: std::io::Result<Vec<u8>>) -> Result<String, Unread> {
    let bytes = read.map_err(|error| Unread::whole(path, format!("cannot be read: {error}")))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err(Unread::whole(path, format!("is larger than {} KiB", LARGEST / 1024)));
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// `read` of every item, in order, on two threads where there are many.
pub fn map_all<I: Sync, T: Send>(items: &[I], read: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let read_all = |items: &[I]| items.iter().map(&read).collect::<Vec<T>>();
    if items.len() < WORTH_A_THREAD {
        return read_all(items);
    }
    let (left, right) = items.split_at(items.len() / 2);
    let (later, mut all) = aside::both(|| read_all(right), || read_all(left));
    all.extend(later);
    all
}

/// Whether a name ends with that extension, in lower case: Python looks at no other.
#[must_use]
pub fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|own| own == extension)
}
