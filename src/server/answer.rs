//! Reading the answers to simple queries: every value is text, or NULL.

use super::error::ServerError;
use super::session::{Answer, NoAnswer, Row};
use crate::foreign::Foreign;
use crate::verdict::Breakage;

/// The rows, or the server's refusal.
///
/// # Errors
/// When the connection was lost: nothing more can be learnt over it.
pub fn rows(answer: Answer) -> Result<Result<Vec<Row>, ServerError>, Breakage> {
    match answer {
        Ok(rows) => Ok(Ok(rows)),
        Err(NoAnswer::Refused(error)) => Ok(Err(error)),
        Err(NoAnswer::Lost(why)) => Err(Breakage(why)),
    }
}

/// A row's values, read from left to right.
#[derive(Debug)]
pub struct Columns<'a> {
    values: std::slice::Iter<'a, Option<String>>,
}

impl<'a> Columns<'a> {
    /// Begins at the row's first value.
    #[must_use]
    pub fn of(row: &'a Row) -> Self {
        Self { values: row.iter() }
    }

    /// The next value; `None` is NULL.
    ///
    /// # Errors
    /// When the row is too short, as it is for each of these methods.
    pub fn nullable(&mut self) -> Result<Option<&'a str>, Breakage> {
        self.values
            .next()
            .map(Option::as_deref)
            .ok_or_else(|| Breakage("the server's answer has fewer columns than were asked for".to_owned()))
    }

    /// The next value as text.
    ///
    /// # Errors
    /// When it is NULL.
    pub fn text(&mut self) -> Result<&'a str, Breakage> {
        self.nullable()?
            .ok_or_else(|| Breakage("the server answered NULL where a value was asked for".to_owned()))
    }

    /// The next value as a name.
    ///
    /// # Errors
    /// When it is NULL.
    pub fn name(&mut self) -> Result<Foreign, Breakage> {
        self.text().map(Foreign::from)
    }

    /// The next value as a boolean.
    ///
    /// # Errors
    /// When it is none.
    pub fn flag(&mut self) -> Result<bool, Breakage> {
        match self.text()? {
            "t" => Ok(true),
            "f" => Ok(false),
            other => Err(unreadable(other, "a boolean")),
        }
    }

    /// The next value as a whole number.
    ///
    /// # Errors
    /// When it is none.
    pub fn count(&mut self) -> Result<i64, Breakage> {
        self.nullable_count()?
            .ok_or_else(|| Breakage("the server answered NULL where a number was asked for".to_owned()))
    }

    /// The next value as a whole number; `None` is NULL.
    ///
    /// # Errors
    /// When it is neither.
    pub fn nullable_count(&mut self) -> Result<Option<i64>, Breakage> {
        self.nullable()?
            .map(|text| text.parse().map_err(|_| unreadable(text, "a whole number")))
            .transpose()
    }

    /// The next value as a JSON document; NULL is the empty one.
    ///
    /// # Errors
    /// When it does not have the form asked for.
    pub fn json<T: serde::de::DeserializeOwned + Default>(&mut self) -> Result<T, Breakage> {
        self.nullable()?.map_or_else(
            || Ok(T::default()),
            |text| serde_json::from_str(text).map_err(|_| unreadable(text, "JSON of the form asked for")),
        )
    }

    /// The next value as a JSON array of names; NULL is the empty one.
    ///
    /// # Errors
    /// When it is neither.
    pub fn names(&mut self) -> Result<Vec<Foreign>, Breakage> {
        Ok(self.json::<Vec<String>>()?.into_iter().map(Foreign::from).collect())
    }
}

fn unreadable(text: &str, wanted: &str) -> Breakage {
    Breakage(format!("the server answered \"{}\", which is not {wanted}", Foreign::from(text)))
}
