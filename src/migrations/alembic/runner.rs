//! The command line that drives a tree.

use std::path::{Path, PathBuf};

use crate::foreign::Foreign;
use crate::quote;
use crate::remedy::{Place, Step};

/// How a tree's commands are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runner {
    /// The directory in which to run.
    directory: PathBuf,
    program: Program,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Program {
    /// `alembic`, with the configuration file's path where it lies elsewhere.
    Alembic { config: Option<PathBuf> },
    /// `flask db`, with the name of a directory that is not the default one.
    Flask { directory: Option<PathBuf> },
    /// No configuration names the script directory: the application's own code starts Alembic.
    Unknown,
}

impl Runner {
    pub(super) fn alembic(directory: &Path, config_directory: &Path) -> Self {
        let config = (directory != config_directory).then(|| {
            let file = config_directory.join("alembic.ini");
            file.strip_prefix(directory).map_or(file.clone(), Path::to_owned)
        });
        Self {
            directory: directory.to_owned(),
            program: Program::Alembic { config },
        }
    }

    pub(super) fn flask(tree: &Path) -> Self {
        let name = tree.file_name().map(PathBuf::from);
        Self {
            directory: tree.parent().unwrap_or(tree).to_owned(),
            program: Program::Flask {
                directory: name.filter(|name| name != Path::new("migrations")),
            },
        }
    }

    pub(super) fn unknown(tree: &Path) -> Self {
        Self {
            directory: tree.to_owned(),
            program: Program::Unknown,
        }
    }

    /// Whether it is known how Alembic is started.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.program != Program::Unknown
    }

    /// Where Alembic is started, and with which configuration file; none where Flask-Migrate starts it. `None` where it is not known
    /// how it is started.
    #[must_use]
    pub fn started(&self) -> Option<(&Path, Option<PathBuf>)> {
        match &self.program {
            Program::Alembic { config } => {
                let file = config.clone().unwrap_or_else(|| PathBuf::from("alembic.ini"));
                Some((&self.directory, Some(file)))
            }
            Program::Flask { .. } => Some((&self.directory, None)),
            Program::Unknown => None,
        }
    }

    /// The tool as people call it.
    #[must_use]
    pub fn tool(&self) -> &'static str {
        match self.program {
            Program::Alembic { .. } | Program::Unknown => "Alembic",
            Program::Flask { .. } => "Flask-Migrate",
        }
    }

    /// The line to paste for a subcommand of Alembic, its arguments quoted: `upgrade`, `["head"]`. `None` where it is not known
    /// how Alembic is started.
    #[must_use]
    pub fn command(&self, subcommand: &str, arguments: &[&str]) -> Option<String> {
        if self.program == Program::Unknown {
            return None;
        }
        let mut line = format!(
            "cd {} && {}",
            quote::shell(&self.directory.to_string_lossy()),
            self.short(subcommand)
        );
        for argument in arguments {
            line.push(' ');
            line.push_str(&quote::shell(argument));
        }
        Some(line)
    }

    /// The step that runs a subcommand, in words alone where the line is not known.
    #[must_use]
    pub fn step(&self, text: impl Into<String>, subcommand: &str, arguments: &[&str]) -> Step {
        let step = Step::new(Place::AppHost, text);
        match self.command(subcommand, arguments) {
            Some(line) => step.run(line),
            None => Step {
                text: format!(
                    "{} No configuration names {}, so the application's own code starts Alembic: run `{subcommand} {}` that way.",
                    step.text,
                    Foreign::new(self.directory.to_string_lossy()),
                    arguments.join(" ")
                ),
                ..step
            },
        }
    }

    /// The same without its directory, to be named in a sentence.
    #[must_use]
    pub fn short(&self, subcommand: &str) -> String {
        match &self.program {
            Program::Alembic { config: None } | Program::Unknown => format!("alembic {subcommand}"),
            Program::Alembic { config: Some(config) } => format!("alembic -c {} {subcommand}", quote::shell(&config.to_string_lossy())),
            Program::Flask { directory: None } => format!("flask db {subcommand}"),
            Program::Flask { directory: Some(name) } => {
                format!("flask db {subcommand} -d {}", quote::shell(&name.to_string_lossy()))
            }
        }
    }
}
