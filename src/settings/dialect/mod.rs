//! The dialects of env files. One file each: the readers agree on `NAME=value` and on little else.

mod compose;
mod docker;
mod dotenv;
mod expansion;
mod systemd;

use super::env_file::{Complaint, Parsed};

/// Who reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Dialect {
    /// `EnvironmentFile=` of a unit
    Systemd,
    /// python-dotenv: `load_dotenv()`, `flask run`
    Dotenv,
    /// `docker run --env-file`
    Docker,
    /// `env_file:` and `.env` of docker compose
    Compose,
}

/// What is said of a line that is a connection string and gives it no name.
pub const NAMELESS: &str = "is a connection string without NAME= before it";

/// Lines that are a connection string alone.
fn nameless(text: &[u8]) -> impl Iterator<Item = Complaint> {
    let is_url = |line: &[u8]| {
        let line = line.trim_ascii_start();
        let line = line.strip_prefix(b"=").unwrap_or(line);
        line.starts_with(b"postgres://") || line.starts_with(b"postgresql://") || line.starts_with(b"postgresql+")
    };
    let lines = text.split(|byte| *byte == b'\n').enumerate().filter(move |(_, line)| is_url(line));
    lines.map(|(index, _)| Complaint::line(index + 1, None, NAMELESS))
}

impl Dialect {
    /// Reads the file as this reader does. A reference to a name that the file does not set is left as it is, so that it can be
    /// named.
    #[must_use]
    pub fn parse(self, text: &[u8]) -> Parsed {
        let mut parsed = match self {
            Self::Systemd => systemd::parse(text),
            Self::Dotenv => dotenv::parse(text),
            Self::Docker => docker::parse(text),
            Self::Compose => compose::parse(text),
        };
        if !parsed.complaints.iter().any(|complaint| complaint.whole) {
            parsed.complaints.extend(nameless(text));
        }
        parsed
    }

    /// Who reads it, in words.
    #[must_use]
    pub const fn reader(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Dotenv => "python-dotenv",
            Self::Docker => "docker",
            Self::Compose => "docker compose",
        }
    }
}

/// The byte order mark of UTF-8, which editors of Windows write.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A place in the text that knows its line.
#[derive(Debug, Clone, Copy)]
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    /// Counted from 1.
    line: usize,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        self.line += usize::from(byte == b'\n');
        Some(byte)
    }

    /// Takes bytes while they fit.
    fn take_while(&mut self, fits: impl Fn(u8) -> bool) -> &'a [u8] {
        let start = self.at;
        while self.peek().is_some_and(&fits) {
            self.next();
        }
        &self.text[start..self.at]
    }

    /// The rest of the line, and past its end.
    fn rest_of_line(&mut self) -> &'a [u8] {
        let rest = self.take_while(|byte| byte != b'\n');
        self.next();
        rest
    }

    /// Skips `export` and the white space behind it, if the statement begins with that.
    fn skip_export(&mut self) -> bool {
        let begins = self.text[self.at..]
            .strip_prefix(b"export")
            .is_some_and(|after| after.first().copied().is_some_and(is_blank));
        if begins {
            self.skip_to(self.at + b"export".len());
            self.take_while(is_blank);
        }
        begins
    }

    fn skip_to(&mut self, at: usize) {
        while self.at < at && self.next().is_some() {}
    }
}

/// White space within a line.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0b' | b'\x0c')
}

/// Whether systemd and shells take it for a variable's name.
fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && !name[0].is_ascii_digit() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}
