//! The arguments that say where the settings come from; `check` and `env` share them.

use std::path::PathBuf;

use clap::Args;
use clap_complete::engine::ArgValueCandidates;

use crate::completion;
use crate::secret::Secret;
use crate::settings::dialect::Dialect;

#[derive(Debug, Args)]
#[command(next_help_heading = "Where the settings come from")]
pub struct SourceArgs {
    /// Connection string as URL or as key=value pairs, which the process list shows to every user of the host; - reads it from
    /// standard input; without one, the environment is read
    #[arg(value_name = "DSN", help_heading = None, value_parser = secret, conflicts_with_all = ["env_file", "unit", "pid", "container", "target"])]
    pub dsn: Option<Secret>,
    /// Read the settings from a file of NAME=value lines, as python-dotenv does unless --dialect says otherwise
    #[arg(long, value_name = "FILE", conflicts_with_all = ["unit", "pid", "container", "target"])]
    pub env_file: Option<PathBuf>,
    /// Who reads the env file
    #[arg(long, value_name = "READER", requires = "env_file")]
    pub dialect: Option<Dialect>,
    /// The settings of a systemd unit: of its running process, else of its files; also finds the project, the virtual
    /// environment and the workers. Of several, check takes the settings of the first, and counts the connections of all
    #[arg(long, value_name = "NAME", conflicts_with_all = ["container", "target"], add = ArgValueCandidates::new(completion::units))]
    pub unit: Vec<String>,
    /// The settings of a running process; with --unit, the process to take for the unit's main process
    #[arg(long, value_name = "PID", conflicts_with_all = ["container", "target"], value_parser = clap::value_parser!(u32).range(1..))]
    pub pid: Option<u32>,
    /// The settings of a container, asked of docker, then podman
    #[arg(long, value_name = "NAME", conflicts_with = "target")]
    pub container: Option<String>,
    /// A target of dbdoctor.toml; check takes several
    #[arg(long = "target", value_name = "NAME", id = "target", add = ArgValueCandidates::new(completion::targets))]
    pub targets: Vec<String>,
    /// The file with the targets, instead of ./dbdoctor.toml or /etc/dbdoctor.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The variable that holds the URL
    #[arg(long, value_name = "NAME", conflicts_with = "dsn")]
    pub var: Option<String>,
    /// The application's virtual environment; --unit and --pid find it by themselves
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub venv: Option<PathBuf>,
    /// Where the application's code is; unsaid, what --unit or --pid tell, else the current directory
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub project: Option<PathBuf>,
    /// Ask Django itself: load this settings module with the service's Python and environment
    #[arg(long, value_name = "SETTINGS", conflicts_with_all = ["dsn", "container", "flask"])]
    pub django: Option<String>,
    /// Ask a Flask application itself, named as flask --app takes it, such as shop:app
    #[arg(long, value_name = "APP", conflicts_with_all = ["dsn", "container"])]
    pub flask: Option<String>,
    /// Read the unit's files under this directory, as of an image or another system
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, requires = "unit")]
    pub root: Option<PathBuf>,
}

impl SourceArgs {
    /// A connection string that became the value of an option would be repeated as the name that it is not.
    ///
    /// # Errors
    ///
    /// Which option was given one.
    pub fn no_stray_dsn(&self) -> anyhow::Result<()> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let named = [
            ("--env-file", path(&self.env_file)),
            ("--config", path(&self.config)),
            ("--venv", path(&self.venv)),
            ("--project", path(&self.project)),
            ("--root", path(&self.root)),
            ("--container", self.container.clone()),
            ("--var", self.var.clone()),
            ("--django", self.django.clone()),
            ("--flask", self.flask.clone()),
        ];
        let units = self.unit.iter().map(|unit| ("--unit", Some(unit.clone())));
        let targets = self.targets.iter().map(|target| ("--target", Some(target.clone())));
        for (option, value) in named.into_iter().chain(units).chain(targets) {
            if value.is_some_and(|value| value.contains("://")) {
                anyhow::bail!("{option} was given a connection string, which stands alone, as the DSN");
            }
        }
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the form that clap wants; a failure would print the value")]
pub(super) fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::from(text))
}
