//! A service of the application: its processes, and where its code is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::app_server::{AsyncLoop, Told};
use crate::pool::code::CodePool;
use crate::secret::Secret;

/// What is known of a service that opens connections.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// The unit's name, or what else it is called; the one that is checked may have none.
    pub name: Option<String>,
    pub workers: Option<Told>,
    pub threads: Option<Told>,
    pub event_loop: Option<AsyncLoop>,
    pub project: Option<PathBuf>,
    pub variables: BTreeMap<String, Secret>,
    /// The drivers of PostgreSQL in its virtual environment.
    pub drivers: Vec<String>,
    /// Whether it runs on this very host.
    pub here: bool,
    /// What the application itself says of its pool, where it was asked.
    pub stated: Option<CodePool>,
    /// Why nothing of it is known.
    pub unknown: Option<String>,
}
