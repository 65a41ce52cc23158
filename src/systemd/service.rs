//! What a unit's files say of its service, taken together.

use std::path::{Path, PathBuf};

use super::environment::{Given, Lost, Why};
use super::specifier::{self, Resolved};
use super::unit_file::{self, Setting};
use super::words::{self, Words};
use crate::file::{self, Unread};
use crate::secret::Secret;

/// One `EnvironmentFile=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentFile {
    /// As the service sees it; may be a pattern.
    pub path: String,
    /// With a `-` before the path: it may be missing.
    pub optional: bool,
    /// The unit's file that names it, and the line.
    pub unit_file: PathBuf,
    pub line: usize,
}

/// A line of the unit that does not do what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// `EnvironmentFile`
    pub key: &'static str,
    pub file: PathBuf,
    pub line: usize,
    pub why: Why,
}

/// A service, as its files describe it.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// The unit's full name.
    pub name: String,
    /// The unit's own file and its drop-ins, in the order in which they apply.
    pub files: Vec<PathBuf>,
    /// `Environment=`, in order.
    pub environment: Vec<Given>,
    /// What `Environment=` loses on its way.
    pub lost: Vec<Lost>,
    pub environment_files: Vec<EnvironmentFile>,
    /// `EnvironmentFile=` lines without a path that can be followed.
    pub ignored: Vec<Ignored>,
    /// Names that are taken over from the manager's own environment.
    pub passed: Vec<String>,
    /// Names, or whole assignments, that are taken away at the end.
    pub unset: Vec<String>,
    pub user: Option<String>,
    pub working_directory: Option<PathBuf>,
    /// The last command to start, in words. Secrets may stand in it.
    pub command: Vec<Secret>,
    /// Files of the unit that cannot be read.
    pub unread: Vec<(PathBuf, String)>,
}

/// Reads the unit's files.
#[must_use]
pub fn read(root: &Path, name: &str, files: &[PathBuf]) -> Service {
    let mut service = Service {
        name: name.to_owned(),
        files: files.to_vec(),
        ..Service::default()
    };
    for path in files {
        match file::read(path) {
            Ok(text) => {
                for setting in unit_file::parse(&text).iter().filter(|setting| setting.section == "Service") {
                    service.take(root, path, setting);
                }
            }
            Err(Unread::Refused(error)) => service.unread.push((path.clone(), error.to_string())),
            Err(Unread::Unfit(why)) => service.unread.push((path.clone(), format!("it {why}"))),
        }
    }
    service
}

/// `DefaultEnvironment=` of the manager's own files.
#[must_use]
pub fn default_environment(root: &Path, files: &[PathBuf]) -> Vec<Given> {
    let mut manager = Service::default();
    for path in files {
        let text = file::read(path).unwrap_or_default();
        for setting in unit_file::parse(&text).iter().filter(|setting| setting.section == "Manager") {
            match (setting.key.as_str(), setting.value.is_empty()) {
                ("DefaultEnvironment", true) => manager.environment.clear(),
                ("DefaultEnvironment", false) => manager.assignments(root, path, setting),
                _ => {}
            }
        }
    }
    manager.environment
}

impl Service {
    fn take(&mut self, root: &Path, file: &Path, setting: &Setting) {
        let empty = setting.value.is_empty();
        let resolved = || match specifier::resolve(&setting.value, &self.name, root) {
            Resolved::Text { text, .. } => Some(String::from_utf8_lossy(&text).into_owned()),
            Resolved::InvalidSlot(_) | Resolved::OutOfReach(_) => None,
        };
        match setting.key.as_str() {
            "Environment" if empty => {
                self.environment.clear();
                self.lost.clear();
            }
            "Environment" => self.assignments(root, file, setting),
            "EnvironmentFile" if empty => {
                self.environment_files.clear();
                self.ignored.clear();
            }
            "EnvironmentFile" => self.environment_file(root, file, setting),
            "PassEnvironment" => list(&mut self.passed, &setting.value),
            "UnsetEnvironment" => list(&mut self.unset, &setting.value),
            "User" => self.user = resolved().filter(|user| !user.is_empty()),
            "WorkingDirectory" => {
                let path = resolved().filter(|path| !path.is_empty());
                self.working_directory = path.map(|path| PathBuf::from(path.strip_prefix('-').unwrap_or(&path)));
            }
            "ExecStart" if empty => self.command.clear(),
            "ExecStart" => {
                if let Resolved::Text { text, .. } = specifier::resolve(&setting.value, &self.name, root) {
                    self.command = command(&text);
                }
            }
            _ => {}
        }
    }

    fn environment_file(&mut self, root: &Path, file: &Path, setting: &Setting) {
        let why = match specifier::resolve(&setting.value, &self.name, root) {
            Resolved::InvalidSlot(letter) => Why::InvalidSlot(letter),
            Resolved::OutOfReach(letter) => Why::OutOfReach(letter),
            Resolved::Text { text, .. } => {
                let path = String::from_utf8_lossy(&text).into_owned();
                let (path, optional) = path.strip_prefix('-').map_or((path.as_str(), false), |path| (path, true));
                if path.starts_with('/') {
                    self.environment_files.push(EnvironmentFile {
                        path: path.to_owned(),
                        optional,
                        unit_file: file.to_owned(),
                        line: setting.line,
                    });
                    return;
                }
                Why::NoAssignment
            }
        };
        self.ignored.push(Ignored {
            key: "EnvironmentFile",
            file: file.to_owned(),
            line: setting.line,
            why,
        });
    }

    fn assignments(&mut self, root: &Path, file: &Path, setting: &Setting) {
        let lost = |name: &[u8], why| Lost {
            name: String::from_utf8_lossy(name).into_owned(),
            why,
            file: file.to_owned(),
            line: setting.line,
        };
        let name_of = |word: &[u8]| word.split(|byte| *byte == b'=').next().unwrap_or_default().to_vec();
        let Words { words, broken } = words::split(&setting.value);
        for word in words {
            match specifier::resolve(&word, &self.name, root) {
                Resolved::InvalidSlot(letter) => self.lost.push(lost(&name_of(&word), Why::InvalidSlot(letter))),
                Resolved::OutOfReach(letter) => {
                    let lost = lost(&name_of(&word), Why::OutOfReach(letter));
                    // What went before it is beaten all the same.
                    self.environment.retain(|given| given.name != lost.name);
                    self.lost.push(lost);
                }
                Resolved::Text { text, mistaken } => {
                    match Given::read(&text, mistaken, file, setting.line) {
                        Some(given) => {
                            // A later assignment takes the place of what went before, lost or not.
                            self.lost.retain(|lost| lost.name != given.name);
                            self.environment.push(given);
                        }
                        None => self.lost.push(lost(&name_of(&text), Why::NoAssignment)),
                    }
                }
            }
        }
        if let Some(rest) = broken {
            // Nothing but the name is told: the rest may be a secret.
            let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(&rest);
            self.lost.push(lost(&name_of(rest), Why::Syntax));
        }
    }
}

/// Names, separated by blanks; an empty value takes all back.
fn list(names: &mut Vec<String>, value: &[u8]) {
    if value.is_empty() {
        names.clear();
    }
    for word in words::split(value).words {
        names.push(String::from_utf8_lossy(&word).into_owned());
    }
}

/// The words of a command, without the marks before its path.
fn command(text: &[u8]) -> Vec<Secret> {
    let marks = text.iter().take_while(|byte| b"@-:+!|".contains(byte)).count();
    let renamed = text[..marks].contains(&b'@');
    let Words { words, broken: None } = words::split(&text[marks..]) else {
        return Vec::new();
    };
    // With `@`, the second word is what the program is told as its own name.
    let skip = |index: &usize| !(renamed && *index == 1);
    words
        .into_iter()
        .enumerate()
        .filter(|(index, _)| skip(index))
        .map(|(_, word)| Secret::new(word))
        .collect()
}
