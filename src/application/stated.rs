//! What the application says of its database.

use crate::foreign::Foreign;
use crate::request::Asked;
use crate::secret::Secret;

/// One database, as the application's own code has it.
#[derive(Debug, Clone)]
pub struct Stated {
    pub asked: Asked,
    /// The framework and its version: `Django 5.2`.
    pub framework: String,
    /// `DATABASES["default"]`, `SQLALCHEMY_DATABASE_URI`
    pub name: String,
    /// Django's ENGINE, or SQLAlchemy's dialect.
    pub engine: Foreign,
    /// The driver's module, where it could be loaded.
    pub driver: Option<Foreign>,
    /// The URL of an engine of SQLAlchemy.
    pub url: Option<Secret>,
    /// What the settings say by their own names: `HOST`.
    pub settings: Vec<(String, Secret)>,
    /// What the driver is handed, by its own names.
    pub given: Vec<(String, Secret)>,
    /// Names of further options.
    pub options: Vec<String>,
    /// The framework's refusal of these settings.
    pub refused: Option<Foreign>,
    /// `None` where the framework has no such setting.
    pub kept: Option<Kept>,
    pub pool: Option<Pool>,
    /// The other databases, by name.
    pub others: Vec<String>,
    /// How many of them are on the same server.
    pub beside: usize,
}

/// How long a connection is kept that is not used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kept {
    /// In seconds; `None` is for ever.
    pub longest: Option<f64>,
    /// Whether it is tried before it is used again.
    pub checked: bool,
}

/// The pool that each process has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// `QueuePool`, `psycopg_pool`
    pub kind: String,
    pub size: Option<u32>,
    /// Connections beyond it; -1 is no limit.
    pub overflow: Option<i64>,
}
