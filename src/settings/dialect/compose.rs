//! Docker compose's `.env` and `env_file:` (compose-go's `dotenv`), which fills in `$NAME` and refuses what it does not understand.

use super::expansion::{Filling, Known, Unfilled, fill_in};
use super::{BOM, Cursor, is_blank};
use crate::secret::Secret;
use crate::settings::env_file::{Assignment, Complaint, Parsed, Style};

/// Reads the file as compose does; the first statement that it does not understand makes it refuse the file.
pub(super) fn parse(text: &[u8]) -> Parsed {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    // Compose takes Windows line ends for plain ones.
    let windows: Vec<bool> = text.split(|byte| *byte == b'\n').map(|line| line.ends_with(b"\r")).collect();
    let mut plain = Vec::with_capacity(text.len());
    for (at, byte) in text.iter().enumerate() {
        if *byte != b'\r' || text.get(at + 1) != Some(&b'\n') {
            plain.push(*byte);
        }
    }
    let mut parsed = Parsed::default();
    let mut known = Known::default();
    let mut cursor = Cursor::new(&plain);
    loop {
        cursor.take_while(|byte| byte.is_ascii_whitespace());
        match cursor.peek() {
            None => break,
            Some(b'#') => {
                cursor.rest_of_line();
                continue;
            }
            Some(_) => {}
        }
        let line = cursor.line;
        match statement(&mut cursor) {
            Ok(Statement::Inherited(name)) => parsed.inherited.push((name, line)),
            Ok(Statement::Nothing) => {}
            Ok(Statement::Assignment(mut found)) => {
                found.line = line;
                if windows.get(line - 1).copied().unwrap_or_default() {
                    found.styles.push(Style::CarriageReturn);
                }
                let is_literal = found.styles.contains(&Style::Quoted('\''));
                let filled = if is_literal {
                    Ok(())
                } else {
                    fill_in(&mut found, &mut known, Filling::compose)
                };
                match filled {
                    Err(Unfilled::Invalid) => {
                        let why = "has a \"${\" that begins no reference, for which docker compose refuses the file";
                        return Parsed::refused(Complaint::whole(line, Some(found.name.as_bytes()), why));
                    }
                    Err(Unfilled::Excessive) => return Parsed::excessive(line),
                    Ok(()) | Err(Unfilled::Unknown) => {}
                }
                known.set(&found.name, &found.value);
                parsed.assignments.push(found);
            }
            Err(why) => return Parsed::refused(Complaint::whole(line, None, why)),
        }
    }
    parsed
}

enum Statement {
    Assignment(Assignment),
    Inherited(String),
    Nothing,
}

fn statement(cursor: &mut Cursor<'_>) -> Result<Statement, &'static str> {
    let mut styles = Vec::new();
    if cursor.skip_export() {
        styles.push(Style::Exported);
    }
    let key = cursor.take_while(|byte| !matches!(byte, b'=' | b':' | b'\n')).trim_ascii();
    if key.contains(&b' ') {
        return Err("has a blank in its name, for which docker compose refuses the file");
    }
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || is_blank(*byte) || b"_.-[]".contains(byte);
    if !key.iter().all(fits) {
        return Err("has a name that docker compose refuses the file for");
    }
    let name = String::from_utf8_lossy(key).into_owned();
    match cursor.next() {
        Some(b'\n') => return Ok(Statement::Inherited(name)),
        // Without a line end, compose takes the name for the value of a variable without a name.
        None => return Ok(Statement::Nothing),
        Some(_) => {}
    }
    cursor.take_while(is_blank);
    let value = if let Some(quote @ (b'\'' | b'"')) = cursor.peek() {
        styles.push(Style::Quoted(char::from(quote)));
        quoted(cursor, quote).ok_or("has a quote without an end, for which docker compose refuses the file")?
    } else {
        let raw = cursor.rest_of_line();
        let comment = raw.windows(2).position(|pair| pair == b" #");
        if comment.is_some() {
            styles.push(Style::Comment);
        } else if raw.last().copied().is_some_and(is_blank) {
            styles.push(Style::TrailingBlank);
        }
        raw[..comment.unwrap_or(raw.len())].trim_ascii_end().to_vec()
    };
    Ok(Statement::Assignment(Assignment {
        name,
        value: Secret::new(value),
        line: 0,
        styles,
    }))
}

fn quoted(cursor: &mut Cursor<'_>, quote: u8) -> Option<Vec<u8>> {
    cursor.next();
    let mut out = Vec::new();
    loop {
        match cursor.next()? {
            byte if byte == quote => return Some(out),
            b'\\' if quote == b'"' => escape(cursor, &mut out),
            b'\\' if cursor.peek() == Some(quote) => out.push(cursor.next()?),
            b'\\' => {
                out.push(b'\\');
                out.push(cursor.next()?);
            }
            byte => out.push(byte),
        }
    }
}

/// What a backslash begins within double quotes. A dollar stays escaped, so that it is not taken for a reference.
fn escape(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) {
    let Some(byte) = cursor.peek() else {
        out.push(b'\\');
        return;
    };
    let meant = match byte {
        b'a' => b'\x07',
        b'b' => b'\x08',
        b'f' => b'\x0c',
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => b'\x0b',
        b'"' | b'\\' => byte,
        b'$' => {
            cursor.next();
            out.extend_from_slice(b"$$");
            return;
        }
        _ => {
            out.push(b'\\');
            return;
        }
    };
    cursor.next();
    out.push(meant);
}
