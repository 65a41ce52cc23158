//! Reading the answers to simple queries: every value is text, or NULL.

use std::time::Duration;

use super::session::{Answer, NoAnswer, Row};
use crate::foreign::Foreign;
use crate::verdict::Breakage;

/// The answers to one layer's questions, read one after the other. A question that the server refused spoils no other.
#[derive(Debug)]
pub struct Answers<'a> {
    rest: std::slice::Iter<'a, Answer>,
    /// What was refused, with the server's words.
    pub refusals: Vec<String>,
}

impl<'a> Answers<'a> {
    /// Begins at the first answer.
    #[must_use]
    pub fn new(answers: &'a [Answer]) -> Self {
        Self {
            rest: answers.iter(),
            refusals: Vec::new(),
        }
    }

    /// The next answer; `None` where the server refused the question.
    ///
    /// # Errors
    /// When the connection was lost, or the answer does not have the form asked for.
    pub fn next<T>(&mut self, what: &str, read: impl FnOnce(&[Row]) -> Result<T, Breakage>) -> Result<Option<T>, Breakage> {
        match self.rest.next() {
            Some(Ok(rows)) => read(rows).map(Some),
            Some(Err(NoAnswer::Refused(error))) => {
                self.refusals.push(format!("{what}: {error}"));
                Ok(None)
            }
            Some(Err(NoAnswer::Lost(why))) => Err(Breakage(format!("{what}: {why}"))),
            None => Err(Breakage(format!("{what}: no answer came"))),
        }
    }
}

/// One row of an answer, typed.
pub trait Record: Sized {
    /// Reads the row's columns, in the order in which they were asked for.
    ///
    /// # Errors
    /// When the row does not have the form asked for.
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage>;

    /// Reads all rows.
    ///
    /// # Errors
    /// When one does not have the form asked for.
    fn all(rows: &[Row]) -> Result<Vec<Self>, Breakage> {
        rows.iter().map(|row| Self::read(&mut Columns::of(row))).collect()
    }

    /// Reads the only row; `missing` is what its absence means.
    ///
    /// # Errors
    /// When there is none, or it does not have the form asked for.
    fn only(rows: &[Row], missing: &str) -> Result<Self, Breakage> {
        let row = rows.first().ok_or_else(|| Breakage(missing.to_owned()))?;
        Self::read(&mut Columns::of(row))
    }
}

/// A row of one name.
impl Record for Foreign {
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        row.name()
    }
}

/// A row of two names.
impl Record for (Foreign, Foreign) {
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok((row.name()?, row.name()?))
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

    /// The next value as whole seconds, which are never below 0: clocks may differ by a little.
    ///
    /// # Errors
    /// When it is no number.
    pub fn seconds(&mut self) -> Result<i64, Breakage> {
        self.nullable_seconds()?
            .ok_or_else(|| Breakage("the server answered NULL where a time was asked for".to_owned()))
    }

    /// The next value as whole seconds; `None` is NULL.
    ///
    /// # Errors
    /// When it is no number.
    pub fn nullable_seconds(&mut self) -> Result<Option<i64>, Breakage> {
        let Some(text) = self.nullable()? else { return Ok(None) };
        // Up to version 13 a moment is shown as `5e-06`.
        let seconds = text.parse().ok().filter(|seconds: &f64| seconds.is_finite());
        let seconds = seconds.ok_or_else(|| unreadable(text, "a time in seconds"))?;
        let whole = Duration::try_from_secs_f64(seconds.max(0.0)).map_or(u64::MAX, |time| time.as_secs());
        Ok(Some(i64::try_from(whole).unwrap_or(i64::MAX)))
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

    /// The next value as a JSON document.
    ///
    /// # Errors
    /// When it is NULL, or does not have the form asked for.
    pub fn document<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, Breakage> {
        let text = self.text()?;
        serde_json::from_str(text).map_err(|_| unreadable(text, "JSON of the form asked for"))
    }

    /// The next value as a JSON array of names; NULL is the empty one.
    ///
    /// # Errors
    /// When it is neither.
    pub fn names(&mut self) -> Result<Vec<Foreign>, Breakage> {
        self.json()
    }
}

fn unreadable(text: &str, wanted: &str) -> Breakage {
    Breakage(format!("the server answered \"{}\", which is not {wanted}", Foreign::from(text)))
}

#[cfg(test)]
mod tests {
    use super::Columns;

    /// As versions 13 and 15 show them.
    #[test]
    fn seconds_are_whole() {
        let seconds = |text: &str| Columns::of(&vec![Some(text.to_owned())]).seconds().ok();
        for (shown, expected) in [
            ("5e-06", Some(0)),
            ("0.999999", Some(0)),
            ("61.5", Some(61)),
            ("-0.000012", Some(0)),
            ("172800.000000", Some(172_800)),
            ("NaN", None),
            ("soon", None),
        ] {
            assert_eq!(seconds(shown), expected, "{shown}");
        }
    }
}
