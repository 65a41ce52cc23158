//! `EnvironmentFile=`, state by state as systemd's own parser reads it (`src/basic/env-file.c`).

use super::{Cursor, is_name};
use crate::secret::Secret;
use crate::settings::env_file::{Assignment, Complaint, Parsed, Style};

const WHITESPACE: &[u8] = b" \t\n\r";
const NEWLINE: &[u8] = b"\n\r";
/// What a backslash escapes within double quotes.
const ESCAPED_IN_QUOTES: &[u8] = b"\"\\`$";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    BeforeKey,
    Key,
    BeforeValue,
    Value,
    ValueEscape,
    SingleQuoted,
    DoubleQuoted,
    DoubleQuotedEscape,
    Comment,
    CommentEscape,
}

/// An assignment under way.
#[derive(Debug, Default)]
struct Pending {
    key: Vec<u8>,
    value: Vec<u8>,
    /// How much of the value is left when the blanks at its end go.
    kept: Option<usize>,
    line: usize,
    styles: Vec<Style>,
}

impl Pending {
    fn style(&mut self, style: Style) {
        if !self.styles.contains(&style) {
            self.styles.push(style);
        }
    }

    fn value_byte(&mut self, byte: u8) {
        if !WHITESPACE.contains(&byte) {
            self.kept = None;
        } else if self.kept.is_none() {
            self.kept = Some(self.value.len());
        }
        self.value.push(byte);
    }
}

/// Reads the file as systemd does.
pub(super) fn parse(text: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut pending = Pending::default();
    let mut state = State::BeforeKey;
    let mut cursor = Cursor::new(text);
    loop {
        let line = cursor.line;
        let Some(byte) = cursor.next() else { break };
        state = match state {
            State::BeforeKey if b"#;".contains(&byte) => State::Comment,
            State::BeforeKey if WHITESPACE.contains(&byte) => State::BeforeKey,
            State::BeforeKey => {
                pending = Pending {
                    key: vec![byte],
                    line,
                    ..Pending::default()
                };
                State::Key
            }
            // A comment that ends in a backslash swallowed the next line before version 254.
            State::Key | State::Comment | State::CommentEscape if NEWLINE.contains(&byte) => State::BeforeKey,
            State::Key if byte == b'=' => State::BeforeValue,
            State::Key => {
                pending.key.push(byte);
                State::Key
            }
            State::BeforeValue | State::Value if NEWLINE.contains(&byte) => {
                if byte == b'\r' {
                    pending.style(Style::CarriageReturn);
                }
                push(&mut parsed, std::mem::take(&mut pending), state == State::Value);
                State::BeforeKey
            }
            State::BeforeValue => match byte {
                b'\'' => {
                    pending.style(Style::Quoted('\''));
                    State::SingleQuoted
                }
                b'"' => {
                    pending.style(Style::Quoted('"'));
                    State::DoubleQuoted
                }
                b'\\' => State::ValueEscape,
                byte if WHITESPACE.contains(&byte) => State::BeforeValue,
                byte => {
                    pending.value_byte(byte);
                    State::Value
                }
            },
            State::Value if byte == b'\\' => {
                pending.kept = None;
                State::ValueEscape
            }
            State::Value => {
                pending.value_byte(byte);
                State::Value
            }
            State::ValueEscape => {
                if !NEWLINE.contains(&byte) {
                    pending.style(Style::Backslash);
                    pending.value.push(byte);
                }
                State::Value
            }
            State::SingleQuoted | State::DoubleQuoted if byte == if state == State::SingleQuoted { b'\'' } else { b'"' } => {
                State::BeforeValue
            }
            State::DoubleQuoted if byte == b'\\' => State::DoubleQuotedEscape,
            State::SingleQuoted | State::DoubleQuoted => {
                pending.value.push(byte);
                state
            }
            State::DoubleQuotedEscape => {
                if ESCAPED_IN_QUOTES.contains(&byte) {
                    pending.value.push(byte);
                } else if byte != b'\n' {
                    pending.value.extend([b'\\', byte]);
                }
                State::DoubleQuoted
            }
            State::Comment if byte == b'\\' => State::CommentEscape,
            State::Comment | State::CommentEscape => State::Comment,
        };
    }
    if !matches!(state, State::BeforeKey | State::Key | State::Comment | State::CommentEscape) {
        push(&mut parsed, pending, state == State::Value);
    }
    parsed
}

fn push(parsed: &mut Parsed, mut pending: Pending, strip: bool) {
    if let Some(kept) = pending.kept.filter(|_| strip) {
        pending.value.truncate(kept);
        pending.style(Style::TrailingBlank);
    }
    let key = pending.key.trim_ascii_end();
    let Ok(text) = std::str::from_utf8(&pending.value) else {
        let complaint = Complaint::whole(
            pending.line,
            Some(key),
            "has a value that is not UTF-8, for which systemd refuses the file",
        );
        parsed.assignments.clear();
        parsed.complaints.push(complaint);
        return;
    };
    let dropped = if is_name(key) {
        let control = text.chars().any(|c| (c < ' ' && c != '\t' && c != '\n') || c == '\x7f');
        control.then_some("has a control character in its value, for which systemd drops the line")
    } else if key.starts_with(b"export ") || key.starts_with(b"export\t") {
        Some("begins with export, which systemd takes for a piece of the name and drops the line for")
    } else if key.starts_with(super::BOM) {
        Some("begins with a byte order mark, which systemd takes for a piece of the name and drops the line for")
    } else {
        Some("has a name that no variable can have, for which systemd drops the line")
    };
    match dropped {
        Some(why) => parsed.complaints.push(Complaint::line(pending.line, Some(key), why)),
        None => parsed.assignments.push(Assignment {
            name: String::from_utf8_lossy(key).into_owned(),
            value: Secret::new(pending.value),
            line: pending.line,
            styles: pending.styles,
        }),
    }
}
