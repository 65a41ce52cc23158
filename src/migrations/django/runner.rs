//! The command line that drives a Django project.

use std::path::{Path, PathBuf};

use crate::quote;
use crate::remedy::{Place, Step};

/// How the project's commands are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runner {
    directory: PathBuf,
    has_manage: bool,
}

impl Runner {
    pub(super) fn new(manage: Option<&Path>, directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            has_manage: manage.is_some(),
        }
    }

    /// Where the project's commands are run, and whether there is a `manage.py`.
    #[must_use]
    pub fn started(&self) -> (&Path, bool) {
        (&self.directory, self.has_manage)
    }

    /// The line to paste for a subcommand with its arguments.
    #[must_use]
    pub fn command(&self, subcommand: &str, arguments: &[&str]) -> String {
        let program = if self.has_manage { "python manage.py" } else { "django-admin" };
        let mut line = format!("cd {} && {program} {subcommand}", quote::shell(&self.directory.to_string_lossy()));
        for argument in arguments {
            line.push(' ');
            line.push_str(&quote::shell(argument));
        }
        line
    }

    /// The step that runs a subcommand.
    #[must_use]
    pub fn step(&self, text: impl Into<String>, subcommand: &str, arguments: &[&str]) -> Step {
        Step::new(Place::AppHost, text).run(self.command(subcommand, arguments))
    }
}
