//! A file of `NAME=value` lines, in the dialect that systemd's `EnvironmentFile=` and python-dotenv have in common.
//!
//! Where the two differ, the facts that decide are kept with each assignment, so that a finding can name the file and the line.

use std::collections::BTreeMap;

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

/// The assignments in the order of the file.
#[must_use]
pub fn parse(text: &[u8]) -> Vec<Assignment> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut found: Vec<Assignment> = Vec::new();
    let mut at = 0;
    let mut line = 1;
    while at < text.len() {
        let start = line;
        let (assignment, next) = read_line(text, at, start);
        line += text[at..next].split(|byte| *byte == b'\n').count() - 1;
        at = next;
        if let Some(mut assignment) = assignment {
            expand(&mut assignment, &found);
            found.push(assignment);
        }
    }
    found
}

/// One assignment, and where the next line begins.
fn read_line(text: &[u8], at: usize, line: usize) -> (Option<Assignment>, usize) {
    let end = text[at..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(text.len(), |length| at + length);
    let next = (end + 1).min(text.len());
    let raw = text[at..end].trim_ascii_start();
    if raw.is_empty() || matches!(raw[0], b'#' | b';') {
        return (None, next);
    }
    let Some(equals) = raw.iter().position(|byte| *byte == b'=') else {
        return (None, next);
    };
    let name = raw[..equals].trim_ascii();
    let (name, exported) = match name.strip_prefix(b"export ") {
        Some(rest) => (rest.trim_ascii(), true),
        None => (name, false),
    };
    let valid = !name.is_empty()
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    if !valid {
        return (None, next);
    }
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let offset = end - raw.len() + equals + 1;
    let value_start = offset + text[offset..end].iter().take_while(|byte| blank(byte)).count();
    let mut assignment = Assignment {
        name: String::from_utf8_lossy(name).into_owned(),
        value: Secret::default(),
        line,
        styles: exported.then_some(Style::Exported).into_iter().collect(),
    };
    if text[..end].ends_with(b"\r") {
        assignment.styles.push(Style::CarriageReturn);
    }
    if let Some(quote @ (b'"' | b'\'')) = text.get(value_start).copied().filter(|_| value_start < end)
        && let Some((value, close)) = quoted(text, value_start + 1, quote)
    {
        assignment.value = Secret::new(value);
        assignment.styles.push(Style::Quoted(char::from(quote)));
        let next = text[close..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(text.len(), |length| close + length + 1);
        return (Some(assignment), next);
    }
    let raw = &text[value_start.min(end)..end];
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    let bare = without_comment(raw);
    if bare.len() < raw.len() {
        assignment.styles.push(Style::Comment);
    } else if raw.last().is_some_and(blank) {
        assignment.styles.push(Style::TrailingBlank);
    }
    assignment.value = Secret::new(bare.trim_ascii_end());
    (Some(assignment), next)
}

/// A comment after a value begins with a blank and `#`.
fn without_comment(raw: &[u8]) -> &[u8] {
    let comment = (1..raw.len()).find(|at| raw[*at] == b'#' && matches!(raw[at - 1], b' ' | b'\t'));
    comment.map_or(raw, |at| &raw[..at])
}

/// A quoted value, which may run over several lines, and where it ends. Both readers unescape quotes and backslashes.
fn quoted(text: &[u8], start: usize, quote: u8) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let mut at = start;
    while let Some(byte) = text.get(at) {
        match (*byte, text.get(at + 1)) {
            (byte, _) if byte == quote => return Some((out, at + 1)),
            (b'\\', Some(next)) if quote == b'"' && matches!(next, b'"' | b'\\') => {
                out.push(*next);
                at += 1;
            }
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    None
}

/// Fills in `${NAME}` where every name is one that the file sets further up.
fn expand(assignment: &mut Assignment, above: &[Assignment]) {
    if assignment.styles.contains(&Style::Quoted('\'')) {
        return;
    }
    let known: BTreeMap<&[u8], &[u8]> = above.iter().map(|other| (other.name.as_bytes(), other.value.reveal())).collect();
    let mut out = Vec::new();
    let mut rest = assignment.value.reveal();
    let mut any = false;
    while let Some(start) = rest.windows(2).position(|pair| pair == b"${") {
        let Some(length) = rest[start..].iter().position(|byte| *byte == b'}') else {
            break;
        };
        let Some(value) = known.get(&rest[start + 2..start + length]) else {
            return;
        };
        out.extend_from_slice(&rest[..start]);
        out.extend_from_slice(value);
        rest = &rest[start + length + 1..];
        any = true;
    }
    if any {
        out.extend_from_slice(rest);
        assignment.value = Secret::new(out);
        assignment.styles.push(Style::Expanded);
    }
}
