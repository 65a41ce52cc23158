//! Text that came from outside: server messages, host names, file contents.

use std::fmt;

use serde::Deserialize;

/// How much of one foreign text is shown.
const SHOWN_CHARS: usize = 1_000;

/// Foreign text. Shown, its control characters are escaped and its length is bounded.
#[derive(Debug, Clone, PartialEq, Eq, Default, PartialOrd, Ord, Hash, Deserialize)]
#[serde(from = "String")]
pub struct Foreign(String);

impl Foreign {
    /// Takes text from outside.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Takes bytes from outside; what is not UTF-8 is replaced.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(String::from_utf8_lossy(bytes).into_owned())
    }

    /// The text as it came, to compare and parse, never to show.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars();
        for c in chars.by_ref().take(SHOWN_CHARS) {
            write_escaped(f, c)?;
        }
        match chars.count() {
            0 => Ok(()),
            more => write!(f, "… ({more} more characters)"),
        }
    }
}

impl From<&str> for Foreign {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Foreign {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Escapes what could move a terminal's cursor or turn its text around; line feeds stay.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        for c in line.chars() {
            // Writing to a String cannot fail.
            let _ = write_escaped(&mut out, c);
        }
    }
    out
}

/// The same as one line: the line feeds become blanks.
#[must_use]
pub fn one_line(text: &str) -> String {
    escaped(text).replace('\n', " ")
}

fn write_escaped(f: &mut impl fmt::Write, c: char) -> fmt::Result {
    if c.is_control() || is_invisible(c) {
        write!(f, "{}", c.escape_default())
    } else {
        f.write_char(c)
    }
}

/// Bidirectional controls, zero-width characters and line separators.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
