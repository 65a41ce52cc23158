//! `NAME_FILE`: a file that holds the value of `NAME`, as secrets of docker and Kubernetes are mounted.

use std::path::{Path, PathBuf};

use super::choice::Bag;
use super::source::Place;
use super::variables;
use crate::file::{self, Unread};
use crate::secret::Secret;

/// A file that is named and cannot be read.
#[derive(Debug)]
pub struct Trouble {
    /// The variable without `_FILE`.
    pub variable: String,
    pub path: PathBuf,
    pub unread: Unread,
}

impl Trouble {
    /// Whether the file is one of systemd's credentials, of a service that does not run.
    #[must_use]
    pub fn is_credential(&self) -> bool {
        let missing = matches!(&self.unread, Unread::Refused(error) if error.kind() == std::io::ErrorKind::NotFound);
        missing && self.path.to_string_lossy().contains("/run/credentials/")
    }
}

/// Adds the values that files hold to the variables, where the variables themselves are not set. A line end at the end of a
/// file belongs to the file, not to the value.
pub fn add(bag: &mut Bag, root: &Path) -> Vec<Trouble> {
    let named: Vec<(String, PathBuf)> = bag
        .environment
        .names()
        .filter_map(|name| Some((name, name.strip_suffix("_FILE")?)))
        .filter(|(_, variable)| variables::is_relevant(variable) && bag.environment.get(variable).is_none())
        .filter_map(|(name, variable)| {
            let path = bag.environment.get(name)?.reveal_str().filter(|path| path.starts_with('/'))?;
            Some((variable.to_owned(), root.join(path.trim_start_matches('/'))))
        })
        .collect();
    let mut troubles = Vec::new();
    for (variable, path) in named {
        match file::read(&path) {
            Ok(text) => {
                let value = text.strip_suffix(b"\n").unwrap_or(&text);
                bag.environment
                    .set(&variable, Secret::new(value.strip_suffix(b"\r").unwrap_or(value)));
                bag.places.insert(variable.clone(), Place::SecretFile { path, variable });
            }
            Err(unread) => troubles.push(Trouble { variable, path, unread }),
        }
    }
    troubles
}
