//! What a file of `NAME=value` lines says, and how its lines are written. The dialects read it.

use std::fmt;

use crate::foreign::Foreign;
use crate::secret::Secret;

/// How an assignment is written, where readers of such files differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// These quotes were taken off.
    Quoted(char),
    /// `export` stood before the name.
    Exported,
    /// The line ended with a carriage return, which was taken off.
    CarriageReturn,
    /// Blanks after the value were taken off.
    TrailingBlank,
    /// A comment after the value was taken off.
    Comment,
    /// Backslashes outside of quotes were taken off.
    Backslash,
    /// The value holds `${NAME}` of this file, and was filled in.
    Expanded,
}

impl Style {
    /// What it is, and who reads it otherwise.
    #[must_use]
    pub fn described(self) -> String {
        match self {
            Self::Quoted(quote) => format!("in {quote} quotes, which docker keeps"),
            Self::Exported => "with export, for which systemd drops the line".to_owned(),
            Self::CarriageReturn => "with a carriage return, which a shell keeps".to_owned(),
            Self::TrailingBlank => "with blanks at the end, which docker and django-environ keep".to_owned(),
            Self::Comment => "with a comment on the line, which systemd, docker and django-environ keep".to_owned(),
            Self::Backslash => "with a backslash, which systemd takes off and every other reader keeps".to_owned(),
            Self::Expanded => "with ${…}, which systemd and docker leave as it is".to_owned(),
        }
    }
}

/// One assignment.
#[derive(Debug, Clone)]
pub struct Assignment {
    pub name: String,
    pub value: Secret,
    /// Where it begins, counted from 1.
    pub line: usize,
    pub styles: Vec<Style>,
}

/// What a reader does not take as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Counted from 1.
    pub line: usize,
    /// The name on that line, where there is one.
    pub name: Option<Foreign>,
    /// `has a blank in its name`
    pub why: &'static str,
    /// Whether the reader refuses the whole file for it, and not just the line.
    pub whole: bool,
}

/// A file, read.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// In the order of the file; the last of a name wins.
    pub assignments: Vec<Assignment>,
    /// Names without `=`, which the reader takes over from its own environment, with their lines.
    pub inherited: Vec<(String, usize)>,
    pub complaints: Vec<Complaint>,
    /// The line whose references come to more than is followed here; nothing of the file was read then.
    pub excessive: Option<usize>,
}

impl Parsed {
    /// The whole file is refused: nothing of it counts.
    #[must_use]
    pub fn refused(complaint: Complaint) -> Self {
        Self {
            complaints: vec![complaint],
            ..Self::default()
        }
    }

    /// The references of this line come to more than is followed.
    #[must_use]
    pub fn excessive(line: usize) -> Self {
        Self {
            excessive: Some(line),
            ..Self::default()
        }
    }
}

impl Complaint {
    /// A line that is dropped.
    #[must_use]
    pub fn line(line: usize, name: Option<&[u8]>, why: &'static str) -> Self {
        Self {
            line,
            name: name.map(Foreign::from_bytes),
            why,
            whole: false,
        }
    }

    /// A line for which the whole file is refused.
    #[must_use]
    pub fn whole(line: usize, name: Option<&[u8]>, why: &'static str) -> Self {
        Self {
            whole: true,
            ..Self::line(line, name, why)
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "line {}, {name}: it {}", self.line, self.why),
            None => write!(f, "line {}: it {}", self.line, self.why),
        }
    }
}
