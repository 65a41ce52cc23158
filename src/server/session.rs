//! A logged-in session. Passed on by the `auth` layer.

use std::collections::BTreeMap;

use super::error::ServerError;
use crate::foreign::Foreign;

/// One row of a simple query's result, every value as text.
pub type Row = Vec<Option<String>>;

/// Why a question has no rows.
#[derive(Debug)]
pub enum NoAnswer {
    /// The server refused the statement.
    Refused(ServerError),
    /// The connection broke, or the time limit passed.
    Lost(String),
}

/// What came back for one question.
pub type Answer = Result<Vec<Row>, NoAnswer>;

/// What the server told of itself while it let the role in.
#[derive(Debug, Clone, Default)]
pub struct ServerFacts {
    /// `15.18 (Debian 15.18-0+deb12u1)`
    pub version: Option<Foreign>,
    /// The major version; poolers may report one of their own.
    pub major: Option<u32>,
    /// The process id in `BackendKeyData`: a pooler's is not the server's.
    pub backend_pid: Option<i32>,
    /// The `ParameterStatus` messages seen at login, by name: `in_hot_standby`, `is_superuser`, `default_transaction_read_only` …
    pub parameters: BTreeMap<String, Foreign>,
}
