//! What the user asked of `check`, resolved from the command line.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::time::Duration;

use crate::foreign::Foreign;
use crate::health::url::HealthUrl;
use crate::layer::Layer;
use crate::pool::demand::Service;
use crate::secret::Secret;
use crate::settings::dialect::Dialect;
use crate::targets::Expect;

/// Where the settings are to be read.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A connection string on the command line.
    Argument(Secret),
    /// A connection string on standard input, already read.
    StandardInput(Secret),
    /// A file of `NAME=value` lines; `None` is python-dotenv's dialect, which is not certain then.
    EnvFile { path: PathBuf, dialect: Option<Dialect> },
    /// A unit of systemd, its files read under `root`; `pid` is its main process, where the user names it.
    Unit { name: String, pid: Option<u32>, root: PathBuf },
    /// A running process.
    Process(u32),
    /// A running process whose number stands in this file.
    PidFile(PathBuf),
    /// A container of docker or podman.
    Container(String),
    /// A connection string of a target in `dbdoctor.toml`.
    Target { path: PathBuf, name: String, dsn: Secret },
    /// This process's environment.
    Environment,
}

/// The application that is asked itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A settings module of Django: `shop.settings`.
    Django(String),
    /// A Flask application as `flask --app` takes it: `shop:app`, `shop:create_app()`.
    Flask(String),
}

impl Asked {
    /// `the Django settings shop.settings`
    #[must_use]
    pub fn described(&self) -> String {
        match self {
            Self::Django(module) => format!("the Django settings {}", Foreign::new(module.as_str())),
            Self::Flask(application) => format!("the Flask application {}", Foreign::new(application.as_str())),
        }
    }
}

/// The application's process, where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub pid: u32,
    /// Its unit of systemd, where that is known.
    pub unit: Option<String>,
    /// How long it has run.
    pub age: Duration,
}

/// A privilege that the application needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Need {
    /// USAGE on the schemas and, where rows are inserted, on the sequences that column defaults use.
    Usage,
    Select,
    Insert,
    Update,
    Delete,
    /// CREATE on the schemas.
    Create,
    /// Ownership of every table, to alter and drop.
    Ddl,
}

impl Need {
    /// What most applications need.
    pub const USUAL: [Self; 5] = [Self::Usage, Self::Select, Self::Insert, Self::Update, Self::Delete];
}

/// What is known of the connections that the application may open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Demand {
    /// Hosts that run the application.
    pub hosts: Option<u32>,
    /// Worker processes, on each host.
    pub workers: Option<u32>,
    /// Threads in each worker.
    pub threads: Option<u32>,
    /// Connections that one process's pool keeps.
    pub pool_size: Option<u32>,
    /// Connections beyond the pool's size; -1 is SQLAlchemy's "no limit".
    pub max_overflow: Option<i64>,
}

/// What is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    Layer(Layer),
    /// A finding's code.
    Code(String),
}

/// A check, as asked for.
#[derive(Debug, Clone)]
pub struct Request {
    pub origin: Origin,
    /// The name of the target of `dbdoctor.toml`, where one is named.
    pub target: Option<String>,
    /// The application to ask, with the environment that the origin gives.
    pub application: Option<Asked>,
    /// The variable that holds the URL, where the user names it.
    pub var: Option<String>,
    /// Where the application's code is, where the user says so.
    pub project: Option<PathBuf>,
    /// The application's virtual environment, where the user says so.
    pub venv: Option<PathBuf>,
    /// Empty: those of the search path that exist.
    pub schemas: Vec<String>,
    pub needs: BTreeSet<Need>,
    /// What the settings have to lead to.
    pub expect: Expect,
    pub demand: Demand,
    /// Whether the migration tools themselves are to be asked.
    pub exact: bool,
    /// Further units whose services use the same server.
    pub more_units: Vec<String>,
    /// What is known of the services, the one that is checked first.
    pub services: Vec<Service>,
    /// How many connections to open side by side, where the user wants to see that.
    pub load: Option<u32>,
    /// The last layer to probe.
    pub until: Layer,
    pub skip: Vec<Skip>,
    /// The time limit of one layer.
    pub timeout: Duration,
    /// How long to try again while what stops the chain is something that passes by itself.
    pub wait: Option<Duration>,
    /// The application's own page that reads the database.
    pub health_url: Option<HealthUrl>,
    pub fail_on_warn: bool,
    /// The command that repeats this check, without a secret.
    pub command: String,
}

impl Request {
    /// Whether the whole layer is left out.
    #[must_use]
    pub fn skips_layer(&self, layer: Layer) -> bool {
        self.skip.contains(&Skip::Layer(layer))
    }

    /// A directory that the user names and that is not there: to leave out what it was named for would pass for having looked. Asks
    /// the file system.
    #[must_use]
    pub fn misnamed(&self) -> Option<String> {
        let root = match &self.origin {
            Origin::Unit { root, .. } => Some(root),
            _ => None,
        };
        let named = [
            ("project", self.project.as_ref()),
            ("virtual environment", self.venv.as_ref()),
            ("root", root),
        ];
        named.into_iter().find_map(|(what, path)| {
            let path = path?;
            let why = match std::fs::metadata(path) {
                Ok(status) if status.is_dir() => return None,
                Ok(_) => io::Error::from(ErrorKind::NotADirectory),
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => error,
                // What else hinders, whoever reads it says.
                Err(_) => return None,
            };
            Some(format!(
                "the {what} {} cannot be opened: {why}",
                Foreign::new(path.to_string_lossy())
            ))
        })
    }
}
