//! python-dotenv's grammar (its `parser.py`), as `load_dotenv()`, Flask and many others read `.env`.

use std::collections::BTreeMap;

use super::expansion::{Filling, Known, Unfilled, fill_in};
use super::{BOM, Cursor, is_blank};
use crate::secret::Secret;
use crate::settings::env_file::{Assignment, Complaint, Parsed, Style};

/// Reads the file as python-dotenv does.
pub(super) fn parse(text: &[u8]) -> Parsed {
    if let Err(error) = std::str::from_utf8(text) {
        let line = text[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        return Parsed::refused(Complaint::whole(
            line,
            None,
            "is not UTF-8, for which python-dotenv refuses the file",
        ));
    }
    // Python reads text with universal line ends.
    let windows: Vec<bool> = text.split(|byte| *byte == b'\n').map(|line| line.ends_with(b"\r")).collect();
    let plain = universal(text);
    let mut parsed = Parsed::default();
    let mut known = Known::default();
    // Where names stand without a value, which takes back what went before.
    let mut bare: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let mut cursor = Cursor::new(&plain);
    loop {
        cursor.take_while(|byte| byte.is_ascii_whitespace() || byte == b'\x0b');
        let line = cursor.line;
        if cursor.peek().is_none() {
            break;
        }
        match binding(&mut cursor) {
            Ok(Binding::Bare(name)) => {
                known.forget(&name);
                bare.insert(name, line);
            }
            Ok(Binding::Nothing) => {}
            Ok(Binding::Assignment(mut found)) => {
                found.line = line;
                if windows.get(line - 1).copied().unwrap_or_default() {
                    found.styles.push(Style::CarriageReturn);
                }
                if found.name.as_bytes().starts_with(BOM) {
                    let why = "begins with a byte order mark, which python-dotenv takes for a piece of the name";
                    parsed
                        .complaints
                        .push(Complaint::line(line, Some(&found.name.as_bytes()[BOM.len()..]), why));
                }
                if fill_in(&mut found, &mut known, Filling::dotenv) == Err(Unfilled::Excessive) {
                    return Parsed::excessive(line);
                }
                known.set(&found.name, &found.value);
                parsed.assignments.push(found);
            }
            Err((name, why)) => {
                cursor.rest_of_line();
                parsed.complaints.push(Complaint::line(line, name.as_deref(), why));
            }
        }
    }
    let is_taken_back = |found: &Assignment| bare.get(found.name.as_bytes()).is_some_and(|line| *line > found.line);
    parsed.assignments.retain(|found| !is_taken_back(found));
    parsed
}

fn universal(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (at, byte) in text.iter().enumerate() {
        match (byte, text.get(at + 1)) {
            (b'\r', Some(b'\n')) => {}
            (b'\r', _) => out.push(b'\n'),
            (byte, _) => out.push(*byte),
        }
    }
    out
}

type Refusal = (Option<Vec<u8>>, &'static str);

enum Binding {
    Assignment(Assignment),
    /// A name without a value.
    Bare(Vec<u8>),
    Nothing,
}

fn binding(cursor: &mut Cursor<'_>) -> Result<Binding, Refusal> {
    let mut styles = Vec::new();
    if cursor.skip_export() {
        styles.push(Style::Exported);
    }
    let name = match cursor.peek() {
        Some(b'#') => None,
        Some(b'\'') => Some(quoted_key(cursor).ok_or((None, "has a quote without an end, for which python-dotenv drops the line"))?),
        _ => {
            let key = cursor.take_while(|byte| !matches!(byte, b'=' | b'#') && !byte.is_ascii_whitespace() && byte != b'\x0b');
            if key.is_empty() {
                return Err((None, "has no name, for which python-dotenv drops the line"));
            }
            Some(key.to_vec())
        }
    };
    cursor.take_while(is_blank);
    let mut value = None;
    if cursor.peek() == Some(b'=') {
        cursor.next();
        let blanks = cursor.take_while(is_blank);
        value = Some(if !blanks.is_empty() && cursor.peek() == Some(b'#') {
            // Since 1.2.4; before, the comment was the value.
            styles.push(Style::Comment);
            Vec::new()
        } else {
            read_value(cursor, &mut styles).map_err(|why| (name.clone(), why))?
        });
    }
    cursor.take_while(is_blank);
    if cursor.peek() == Some(b'#') {
        cursor.take_while(|byte| byte != b'\n');
    }
    if cursor.peek().is_some_and(|byte| byte != b'\n') {
        let shown = value.is_some().then_some(name).flatten();
        return Err((shown, "goes on after its end, for which python-dotenv drops the line"));
    }
    cursor.next();
    Ok(match (name, value) {
        (Some(name), Some(value)) => Binding::Assignment(Assignment {
            name: String::from_utf8_lossy(&name).into_owned(),
            value: Secret::new(value),
            line: 0,
            styles,
        }),
        (Some(name), None) => Binding::Bare(name),
        (None, _) => Binding::Nothing,
    })
}

fn quoted_key(cursor: &mut Cursor<'_>) -> Option<Vec<u8>> {
    let inside = &cursor.text[cursor.at + 1..];
    let length = inside.iter().position(|byte| *byte == b'\'').filter(|length| *length > 0)?;
    let key = inside[..length].to_vec();
    cursor.skip_to(cursor.at + length + 2);
    Some(key)
}

fn read_value(cursor: &mut Cursor<'_>, styles: &mut Vec<Style>) -> Result<Vec<u8>, &'static str> {
    match cursor.peek() {
        Some(quote @ (b'\'' | b'"')) => {
            let length = closing(&cursor.text[cursor.at + 1..], quote)
                .ok_or("has a quote without an end, for which python-dotenv drops the line")?;
            let inside = &cursor.text[cursor.at + 1..cursor.at + 1 + length];
            cursor.skip_to(cursor.at + length + 2);
            styles.push(Style::Quoted(char::from(quote)));
            Ok(unescaped(inside, if quote == b'"' { b"\\'\"abfnrtv" } else { b"\\'" }))
        }
        None | Some(b'\n') => Ok(Vec::new()),
        Some(_) => {
            let raw = cursor.take_while(|byte| byte != b'\n');
            let comment = (1..raw.len()).find(|at| raw[*at] == b'#' && is_blank(raw[at - 1]));
            if comment.is_some() {
                styles.push(Style::Comment);
            } else if raw.last().copied().is_some_and(is_blank) {
                styles.push(Style::TrailingBlank);
            }
            let bare = &raw[..comment.unwrap_or(raw.len())];
            Ok(bare[..bare.len() - bare.iter().rev().take_while(|byte| is_blank(**byte)).count()].to_vec())
        }
    }
}

/// How far the value goes: to the first quote that no backslash escapes.
fn closing(inside: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        match *inside.get(at)? {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
}

fn unescaped(inside: &[u8], escapes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = inside.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let escape = bytes.peek().copied().filter(|next| byte == b'\\' && escapes.contains(next));
        let Some(escape) = escape else {
            out.push(byte);
            continue;
        };
        bytes.next();
        out.push(match escape {
            b'a' => b'\x07',
            b'b' => b'\x08',
            b'f' => b'\x0c',
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => b'\x0b',
            itself => itself,
        });
    }
    out
}
