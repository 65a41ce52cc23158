//! The environment that systemd gives a service: what the manager hands to all, then `PassEnvironment=`, then `Environment=`, then
//! `EnvironmentFile=`, each beating what came before, then `UnsetEnvironment=` (systemd.exec, "Environment").

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::handed::Handed;
use super::service::Service;
use crate::file::{self, Unread};
use crate::secret::Secret;
use crate::settings::dialect::Dialect;
use crate::settings::env_file::{Complaint, Style};
use crate::settings::source::Directive;

/// One assignment of `Environment=`.
#[derive(Debug, Clone)]
pub struct Given {
    pub name: String,
    pub value: Secret,
    /// Escapes of a URL that were taken for specifiers: `%C3`.
    pub mistaken: Vec<String>,
    pub file: PathBuf,
    pub line: usize,
}

/// An assignment of `Environment=` that does not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    pub name: String,
    pub why: Why,
    pub file: PathBuf,
    pub line: usize,
}

/// Why an assignment does not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// `%` before a letter or digit that is no specifier.
    InvalidSlot(char),
    /// A specifier that the doctor cannot fill in; systemd can.
    OutOfReach(char),
    /// A quote without an end, or an unknown escape: the line is ignored from there.
    Syntax,
    /// No `NAME=value`; of an `EnvironmentFile=`, no absolute path.
    NoAssignment,
}

/// Where a variable's value stands.
#[derive(Debug, Clone)]
pub struct Placed {
    pub value: Secret,
    pub stands: Stands,
    pub styles: Vec<Style>,
    /// Escapes of a URL that were taken for specifiers: `%C3`.
    pub mistaken: Vec<String>,
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    In {
        file: PathBuf,
        line: usize,
        directive: Directive,
    },
    /// The running manager hands it to every service.
    WithManager,
    /// `PassEnvironment=` takes it from the manager's own environment.
    Passed,
}

impl Placed {
    fn given(given: &Given, directive: Directive) -> Self {
        Self {
            value: given.value.clone(),
            stands: Stands::In {
                file: given.file.clone(),
                line: given.line,
                directive,
            },
            styles: Vec::new(),
            mistaken: given.mistaken.clone(),
        }
    }

    fn handed(value: &Secret, stands: Stands) -> Self {
        Self {
            value: value.clone(),
            stands,
            styles: Vec::new(),
            mistaken: Vec::new(),
        }
    }

    /// The file and the line, where it stands in one.
    #[must_use]
    pub fn line(&self) -> Option<(&Path, usize)> {
        match &self.stands {
            Stands::In { file, line, .. } => Some((file, *line)),
            Stands::WithManager | Stands::Passed => None,
        }
    }
}

/// An env file that cannot be read.
#[derive(Debug)]
pub struct FileTrouble {
    pub path: PathBuf,
    pub unread: Unread,
    pub optional: bool,
}

/// What the service gets.
#[derive(Debug, Default)]
pub struct Effective {
    pub variables: BTreeMap<String, Placed>,
    /// What a later assignment of the same name beat.
    pub beaten: Vec<(String, Placed)>,
    /// Names whose values come from the manager's own environment, which cannot be seen.
    pub passed: Vec<String>,
    /// The env files that were read, in order.
    pub files: Vec<PathBuf>,
    pub troubles: Vec<FileTrouble>,
    /// Lines of env files that systemd drops.
    pub complaints: Vec<(PathBuf, Complaint)>,
}

impl Given {
    /// `NAME=value`, where systemd takes it for an assignment.
    #[must_use]
    pub fn read(text: &[u8], mistaken: Vec<String>, file: &Path, line: usize) -> Option<Self> {
        let equals = text.iter().position(|byte| *byte == b'=')?;
        let name = &text[..equals];
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        if name.is_empty() || name[0].is_ascii_digit() || !name.iter().all(fits) {
            return None;
        }
        let value = std::str::from_utf8(&text[equals + 1..]).ok()?;
        let control = value.chars().any(|c| (c < ' ' && c != '\t' && c != '\n') || c == '\x7f');
        (!control).then(|| Self {
            name: String::from_utf8_lossy(name).into_owned(),
            value: Secret::from(value),
            mistaken,
            file: file.to_owned(),
            line,
        })
    }
}

/// Adds up what the manager, the unit's files and the files that they name give.
#[must_use]
pub fn effective(service: &Service, handed: &Handed, root: &Path) -> Effective {
    let mut effective = Effective::default();
    for given in &handed.defaults {
        effective.set(given.name.clone(), Placed::given(given, Directive::DefaultEnvironment));
    }
    for (name, value) in &handed.to_all {
        effective.set(name.clone(), Placed::handed(value, Stands::WithManager));
    }
    for name in &service.passed {
        match &handed.own {
            None => effective.passed.push(name.clone()),
            Some(own) => {
                if let Some(value) = own.get(name) {
                    effective.set(name.clone(), Placed::handed(value, Stands::Passed));
                }
            }
        }
    }
    for given in &service.environment {
        effective.set(given.name.clone(), Placed::given(given, Directive::Environment));
    }
    for named in &service.environment_files {
        let paths = matching(root, &named.path);
        if paths.is_empty() && !named.optional {
            let unread = Unread::Refused(std::io::ErrorKind::NotFound.into());
            let path = root.join(named.path.trim_start_matches('/'));
            effective.troubles.push(FileTrouble {
                path,
                unread,
                optional: false,
            });
        }
        for path in paths {
            effective.take_file(path, named.optional);
        }
    }
    for unset in &service.unset {
        match unset.split_once('=') {
            None => drop(effective.variables.remove(unset)),
            Some((name, value)) => {
                let same = |placed: &Placed| placed.value.reveal() == value.as_bytes();
                if effective.variables.get(name).is_some_and(same) {
                    effective.variables.remove(name);
                }
            }
        }
    }
    let Effective { variables, passed, .. } = &mut effective;
    let unset = |name: &String| service.unset.contains(name);
    // What is passed beats what all services get.
    let beaten = |placed: &Placed| {
        matches!(
            placed.stands,
            Stands::WithManager
                | Stands::In {
                    directive: Directive::DefaultEnvironment,
                    ..
                }
        )
    };
    passed.retain(|name| variables.get(name).is_none_or(beaten) && !unset(name));
    effective
}

impl Effective {
    fn set(&mut self, name: String, placed: Placed) {
        if let Some(beaten) = self.variables.insert(name.clone(), placed) {
            self.beaten.push((name, beaten));
        }
    }

    fn take_file(&mut self, path: PathBuf, optional: bool) {
        let text = match file::read(&path) {
            Ok(text) => text,
            Err(unread) => return self.troubles.push(FileTrouble { path, unread, optional }),
        };
        let parsed = Dialect::Systemd.parse(&text);
        for assignment in parsed.assignments {
            let placed = Placed {
                value: assignment.value,
                stands: Stands::In {
                    file: path.clone(),
                    line: assignment.line,
                    directive: Directive::EnvironmentFile,
                },
                styles: assignment.styles,
                mistaken: Vec::new(),
            };
            self.set(assignment.name, placed);
        }
        self.complaints
            .extend(parsed.complaints.into_iter().map(|complaint| (path.clone(), complaint)));
        self.files.push(path);
    }
}

/// The files that a path or pattern names, sorted; a plain path is taken as it is.
fn matching(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let relative = pattern.trim_start_matches('/');
    if !pattern.contains(['*', '?', '[']) {
        return vec![root.join(relative)];
    }
    let mut found = vec![root.to_owned()];
    for part in relative.split('/').filter(|part| !part.is_empty()) {
        if !part.contains(['*', '?', '[']) {
            for path in &mut found {
                path.push(part);
            }
            found.retain(|path| path.symlink_metadata().is_ok());
            continue;
        }
        let mut next = Vec::new();
        for directory in &found {
            for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
                let name = entry.file_name();
                if fits(part.as_bytes(), name.as_encoded_bytes()) {
                    next.push(entry.path());
                }
            }
        }
        found = next;
    }
    found.sort();
    found
}

/// glob(7) within one name: `*`, `?` and `[…]`; a leading dot has to be named.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    fn rest(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.first(), name.first()) {
            (None, None) => true,
            (Some(b'*'), _) => rest(&pattern[1..], name) || (!name.is_empty() && rest(pattern, &name[1..])),
            (Some(b'?'), Some(_)) => rest(&pattern[1..], &name[1..]),
            (Some(b'['), Some(byte)) => match class(&pattern[1..], *byte) {
                Some((inside, length)) => inside && rest(&pattern[1 + length..], &name[1..]),
                None => *byte == b'[' && rest(&pattern[1..], &name[1..]),
            },
            (Some(expected), Some(byte)) => expected == byte && rest(&pattern[1..], &name[1..]),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
    (pattern.starts_with(b".") || !name.starts_with(b".")) && rest(pattern, name)
}

/// Whether the byte is in the class that begins here, and how long the class is with its `]`.
fn class(pattern: &[u8], byte: u8) -> Option<(bool, usize)> {
    let negated = matches!(pattern.first(), Some(b'!' | b'^'));
    let start = usize::from(negated);
    let end = start + 1 + pattern.get(start + 1..)?.iter().position(|byte| *byte == b']')?;
    let inside = &pattern[start..end];
    let mut found = false;
    let mut at = 0;
    while at < inside.len() {
        if at + 2 < inside.len() && inside[at + 1] == b'-' {
            found |= (inside[at]..=inside[at + 2]).contains(&byte);
            at += 3;
        } else {
            found |= inside[at] == byte;
            at += 1;
        }
    }
    Some((found != negated, end + 1))
}
