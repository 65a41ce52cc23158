//! An error that the server sent.

use std::fmt;

use crate::foreign::Foreign;

/// A server's `ErrorResponse`, its fields as they came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerError {
    /// `FATAL`, `ERROR`; not translated where the server sends that field.
    pub severity: Foreign,
    pub sqlstate: Foreign,
    pub message: Foreign,
    pub detail: Option<Foreign>,
    pub hint: Option<Foreign>,
    /// The function of the server's source that raised it. Poolers send none; translation leaves it alone.
    pub routine: Option<Foreign>,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.severity, self.sqlstate, self.message)?;
        if let Some(detail) = &self.detail {
            write!(f, " DETAIL: {detail}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, " HINT: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ServerError {}
