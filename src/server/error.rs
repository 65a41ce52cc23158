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
    /// What was being done: the functions that were running, the innermost first.
    pub context: Option<Foreign>,
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

impl From<&tokio_postgres::error::DbError> for ServerError {
    fn from(error: &tokio_postgres::error::DbError) -> Self {
        Self {
            severity: error.severity().into(),
            sqlstate: error.code().code().into(),
            message: error.message().into(),
            detail: error.detail().map(Foreign::from),
            hint: error.hint().map(Foreign::from),
            context: error.where_().map(Foreign::from),
            routine: error.routine().map(Foreign::from),
        }
    }
}

impl ServerError {
    /// Whether the SQLSTATE is this one.
    #[must_use]
    pub fn is(&self, sqlstate: &str) -> bool {
        self.sqlstate.raw() == sqlstate
    }

    /// Whether the message holds one of these texts, in any case.
    #[must_use]
    pub fn says(&self, texts: &[&str]) -> bool {
        let message = self.message.raw().to_lowercase();
        texts.iter().any(|text| message.contains(&text.to_lowercase()))
    }

    /// Whether the detail holds one of these texts, in any case.
    #[must_use]
    pub fn details(&self, texts: &[&str]) -> bool {
        let detail = self.detail.as_ref().map(|detail| detail.raw().to_lowercase()).unwrap_or_default();
        texts.iter().any(|text| detail.contains(&text.to_lowercase()))
    }

    /// Whether the message holds one of these words outside of its quotes, in any case: a name that it quotes may be any word.
    #[must_use]
    pub fn says_unquoted(&self, words: &[&str]) -> bool {
        let is_quote = |c: char| matches!(c, '"' | '«' | '»' | '„' | '“' | '”' | '‘' | '’' | '\'');
        let unquoted: String = self.message.raw().split(is_quote).step_by(2).collect();
        let unquoted = unquoted.to_lowercase();
        words.iter().any(|word| unquoted.contains(&word.to_lowercase()))
    }

    /// Whether this function of the server's source raised it.
    #[must_use]
    pub fn came_from(&self, routine: &str) -> bool {
        self.routine.as_ref().is_some_and(|seen| seen.raw() == routine)
    }

    /// PostgreSQL names the raising function in every error, poolers in none.
    #[must_use]
    pub fn is_of_a_pooler(&self) -> bool {
        self.routine.is_none()
    }
}
