//! The name of a source in words.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::foreign::Foreign;
use crate::request::Asked;

/// Where variables, or a connection string, were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Argument,
    StandardInput,
    Environment,
    EnvFile(PathBuf),
    /// A unit's environment, where several files give it.
    Unit(String),
    /// A file that gives a unit's environment: an `EnvironmentFile`, or one of the unit's own with `Environment` in it.
    UnitFile {
        path: PathBuf,
        directive: Directive,
        unit: String,
    },
    /// The service manager, which hands it to the unit: to all, or because of `PassEnvironment`.
    Manager {
        passed: bool,
        unit: String,
    },
    /// A running process, and the unit whose main process it is.
    Process {
        pid: u32,
        unit: Option<String>,
    },
    Container(String),
    /// A file that another variable names: `DB_PASSWORD_FILE=/run/secrets/db`.
    SecretFile {
        path: PathBuf,
        variable: String,
    },
    /// A target of the doctor's own file.
    Targets {
        path: PathBuf,
        target: String,
    },
    /// The application's own code.
    Application(Asked),
}

/// By which setting a unit names a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directive {
    Environment,
    EnvironmentFile,
    /// Of the manager's own files, for all services.
    DefaultEnvironment,
}

impl Directive {
    /// As unit files spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Environment => "Environment",
            Self::EnvironmentFile => "EnvironmentFile",
            Self::DefaultEnvironment => "DefaultEnvironment",
        }
    }
}

impl Place {
    /// What holds the variables, in words: `the environment of shop.service`.
    #[must_use]
    pub fn described(&self) -> String {
        let shown = |path: &Path| Foreign::new(path.to_string_lossy());
        match self {
            Self::Argument => "the DSN argument".to_owned(),
            Self::StandardInput => "standard input".to_owned(),
            Self::Environment => "the environment".to_owned(),
            Self::EnvFile(path) => shown(path).to_string(),
            Self::Unit(unit) => format!("the environment of {unit}"),
            Self::UnitFile { path, directive, unit } => format!("{} ({} of {unit})", shown(path), directive.name()),
            Self::Manager { passed: false, unit } => {
                format!("the environment that the service manager hands to all services, {unit} among them (systemctl show-environment)")
            }
            Self::Manager { passed: true, unit } => format!("the service manager's own environment (PassEnvironment of {unit})"),
            Self::Process { pid, unit: None } => format!("the environment of process {pid}"),
            Self::Process { pid, unit: Some(unit) } => format!("the environment of process {pid} of {unit}"),
            Self::Container(name) => format!("the environment of the container \"{}\"", Foreign::new(name.as_str())),
            Self::SecretFile { path, variable } => format!("{} ({variable}_FILE)", shown(path)),
            Self::Application(asked) => asked.described(),
            Self::Targets { path, target } => format!("{} (target \"{}\")", shown(path), Foreign::new(target.as_str())),
        }
    }
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
            Place::EnvFile(path)
            | Place::UnitFile {
                path,
                directive: Directive::EnvironmentFile,
                ..
            }
            | Place::SecretFile { path, .. } => Some(path),
            Place::Argument
            | Place::StandardInput
            | Place::Environment
            | Place::Unit(_)
            | Place::UnitFile { .. }
            | Place::Manager { .. }
            | Place::Process { .. }
            | Place::Container(_)
            | Place::Application(_)
            | Place::Targets { .. } => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self
            .variables
            .iter()
            .filter_map(|(_, line)| line.map(|line| line.to_string()))
            .collect();
        let lines = match lines.as_slice() {
            [] => String::new(),
            [line] => format!(" line {line}"),
            several => format!(" lines {}", several.join(", ")),
        };
        match &self.place {
            Place::Argument => f.write_str("the DSN argument"),
            Place::StandardInput => f.write_str("the DSN on standard input"),
            Place::EnvFile(path) => write!(f, "{} in {}{lines}", self.subject(), Foreign::new(path.to_string_lossy())),
            Place::UnitFile { path, directive, unit } => {
                let path = Foreign::new(path.to_string_lossy());
                write!(f, "{} in {path}{lines} ({} of {unit})", self.subject(), directive.name())
            }
            Place::Environment
            | Place::Unit(_)
            | Place::Manager { .. }
            | Place::Process { .. }
            | Place::Container(_)
            | Place::SecretFile { .. }
            | Place::Application(_)
            | Place::Targets { .. } => write!(f, "{} in {}", self.subject(), self.place.described()),
        }
    }
}
