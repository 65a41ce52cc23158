//! The name of a source in words.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::foreign::Foreign;

/// Where variables, or a connection string, were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Argument,
    StandardInput,
    Environment,
    EnvFile(PathBuf),
}

/// A place, with the variables read there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub place: Place,
    /// Names, with their lines in a file; empty for a connection string that was given as such.
    pub variables: Vec<(String, Option<usize>)>,
}

impl Source {
    /// A connection string that was given as such.
    #[must_use]
    pub fn given(place: Place) -> Self {
        Self {
            place,
            variables: Vec::new(),
        }
    }

    /// The source of one of the variables alone.
    #[must_use]
    pub fn only(&self, name: &str) -> Self {
        Self {
            place: self.place.clone(),
            variables: self.variables.iter().filter(|(known, _)| known == name).cloned().collect(),
        }
    }

    /// The subject of a sentence: `DATABASE_URL`, or `the DSN`.
    #[must_use]
    pub fn subject(&self) -> String {
        match self.variables.as_slice() {
            [] => "the DSN".to_owned(),
            names => names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
        }
    }

    /// How the settings write a value: `DATABASE_URL=…`, or the bare value for a connection string given as such.
    #[must_use]
    pub fn line(&self, value: &str) -> String {
        match self.variables.as_slice() {
            [(name, _)] => format!("{name}={value}"),
            _ => value.to_owned(),
        }
    }

    /// The file, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::EnvFile(path) => Some(path),
            Place::Argument | Place::StandardInput | Place::Environment => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Argument => f.write_str("the DSN argument"),
            Place::StandardInput => f.write_str("the DSN on standard input"),
            Place::Environment => write!(f, "{} in the environment", self.subject()),
            Place::EnvFile(path) => {
                write!(f, "{} in {}", self.subject(), Foreign::new(path.to_string_lossy()))?;
                let lines: Vec<String> = self
                    .variables
                    .iter()
                    .filter_map(|(_, line)| line.map(|line| line.to_string()))
                    .collect();
                match lines.len() {
                    0 => Ok(()),
                    1 => write!(f, " line {}", lines[0]),
                    _ => write!(f, " lines {}", lines.join(", ")),
                }
            }
        }
    }
}
