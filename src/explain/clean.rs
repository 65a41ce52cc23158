//! Undoes what loggers, terminals and collectors do to a message on its way into a file.

use std::borrow::Cow;

use memchr::memmem;
use serde_json::{Map, Value};

use super::{lines, server_log};

/// Where JSON loggers put the message and the traceback, the traceback first: it has the cause.
const MESSAGE_KEYS: &[&str] = &[
    "exc_info",
    "exc_text",
    "exception",
    "traceback",
    "stack_trace",
    "stack",
    "error",
    "err",
    "MESSAGE",
    "message",
    "msg",
    "log",
    "event",
    "text",
    "textPayload",
    "detail",
    "body",
];

/// One record as its program wrote it: escapes undone, quotes plain, colours gone. Lines may come out of what was one line.
#[must_use]
pub fn record(raw: &[u8]) -> Cow<'_, str> {
    let text = lines::text(raw);
    if text.bytes().any(is_suspicious) {
        Cow::Owned(rewritten(&text))
    } else {
        text
    }
}

/// Whether a byte may belong to something to undo.
fn is_suspicious(byte: u8) -> bool {
    matches!(byte, b'\\' | b'#' | b'{' | 0x1b | 0x80..|b'&'| b'\r' | 0) || byte == b':'
}

fn rewritten(text: &str) -> String {
    let record = text.find('{').and_then(|at| message_of_json(&text[at..]));
    let record = record.or_else(|| is_field(text.as_bytes()).then(|| message_of_field(text))?);
    let record = record.or_else(|| server_log::of_csv(text));
    let text = record.as_deref().unwrap_or(text);
    let text = without_escape_sequences(&without_csv_quotes(text));
    let text = unescaped(&text);
    plain_quotes(&text)
}

/// A line of JSON with the letters that stand there as numbers, and with its end.
#[must_use]
pub fn with_letters(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len() + 1);
    let mut rest = line;
    while let Some(at) = memmem::find(rest, b"\\u") {
        let letter = rest.get(at + 2..at + 6).and_then(letter);
        out.extend_from_slice(&rest[..at]);
        rest = if let Some(letter) = letter {
            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            &rest[at + 6..]
        } else {
            out.extend_from_slice(b"\\u");
            &rest[at + 2..]
        };
    }
    out.extend_from_slice(rest);
    out.push(b'\n');
    out
}

/// A text as JSON has it in ASCII: the other letters are numbers, with large digits or small ones.
#[must_use]
pub fn with_numbers(text: &str, is_large: bool) -> String {
    let mut units = [0; 2];
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            let digits = if is_large { format!("{unit:04X}") } else { format!("{unit:04x}") };
            out.extend(["\\u", &digits]);
        }
    }
    out
}

/// The letter of four hexadecimal digits; halves of surrogate pairs are none.
fn letter(digits: &[u8]) -> Option<char> {
    let digits = str::from_utf8(digits).ok()?;
    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
}

/// Whether a line holds one field of a JSON record that was printed with a line for each.
#[must_use]
pub fn is_field(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.first() == Some(&b'"') && memmem::find(&line[..line.len().min(40)], b"\": \"").is_some()
}

fn message_of_field(text: &str) -> Option<String> {
    message_of_json(&format!("{{{}}}", text.trim().trim_end_matches(',')))
}

/// The message of a JSON record, with the texts that belong to it.
fn message_of_json(text: &str) -> Option<String> {
    let text = text.trim_end();
    if !text.ends_with('}') {
        return None;
    }
    let Value::Object(record) = serde_json::from_str(text).ok()? else {
        return None;
    };
    message_of_record(&record)
}

fn message_of_record(record: &Map<String, Value>) -> Option<String> {
    if let Some(line) = server_log::of_json(record) {
        return Some(line);
    }
    let mut parts = Vec::new();
    for key in MESSAGE_KEYS {
        if let Some(value) = record.get(*key) {
            gather(value, &mut parts);
        }
    }
    // A logger's own fields may have any name: what is more than a word may be a message.
    let others = record.iter().filter(|(key, _)| !MESSAGE_KEYS.contains(&key.as_str()));
    parts.extend(others.filter_map(|(_, value)| match value {
        Value::String(text) => text.contains(' ').then(|| text.clone()),
        Value::Object(fields) => message_of_record(fields),
        _ => None,
    }));
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn gather(value: &Value, parts: &mut Vec<String>) {
    match value {
        Value::String(text) => parts.push(text.clone()),
        // journald writes a message that is not UTF-8 as a list of bytes.
        Value::Array(items) if items.iter().all(Value::is_u64) => {
            let bytes: Vec<u8> = items
                .iter()
                .filter_map(Value::as_u64)
                .filter_map(|byte| u8::try_from(byte).ok())
                .collect();
            parts.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        // structlog lists an exception before what it was raised from.
        Value::Array(items) if items.iter().all(|item| item.get("exc_type").is_some()) => {
            items.iter().rev().for_each(|item| gather(item, parts));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, parts)),
        Value::Object(fields) => match traceback(fields) {
            Some(traceback) => parts.push(traceback),
            None => fields.values().for_each(|field| gather(field, parts)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An exception with its frames, as structlog's and Sentry's records have them, as Python would print it.
fn traceback(fields: &Map<String, Value>) -> Option<String> {
    let text = |fields: &Map<String, Value>, keys: [&str; 2]| {
        let value = keys.iter().find_map(|key| fields.get(*key)?.as_str());
        value.map(str::to_owned)
    };
    let frames = fields
        .get("frames")
        .or_else(|| fields.get("stacktrace")?.get("frames"))?
        .as_array()?;
    let name = text(fields, ["exc_type", "type"])?;
    let frames = frames.iter().filter_map(Value::as_object).map(|frame| {
        let file = text(frame, ["abs_path", "filename"]).unwrap_or_default();
        let line = frame.get("lineno").map(ToString::to_string).unwrap_or_default();
        let function = text(frame, ["name", "function"]).unwrap_or_default();
        let code = text(frame, ["line", "context_line"]).unwrap_or_default();
        format!("  File \"{file}\", line {line}, in {function}\n    {}\n", code.trim())
    });
    let frames: String = frames.collect();
    let value = text(fields, ["exc_value", "value"]).filter(|value| !value.is_empty());
    let said = value.map_or_else(|| name.clone(), |value| format!("{name}: {value}"));
    Some(format!("Traceback (most recent call last):\n{frames}{said}"))
}

/// Spreadsheets double the quotation marks.
fn without_csv_quotes(text: &str) -> Cow<'_, str> {
    if is_doubled(text) {
        Cow::Owned(text.replace("\"\"", "\""))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether every quotation in a text has its marks doubled.
fn is_doubled(text: &str) -> bool {
    let after_blank = |mark: &'static str| text.match_indices(mark).map(|(at, mark)| text[at + mark.len()..].chars().next());
    let mut single = after_blank(" \"");
    let mut double = after_blank(" \"\"");
    let begins_field = || text.contains(",\"\"\"");
    single.all(|next| next == Some('"'))
        && (double.any(|next| next.is_some_and(|next| next.is_alphanumeric() || "/_.:[".contains(next))) || begins_field())
}

/// Without ANSI colours, NUL bytes and the frames that terminals draw around text.
fn without_escape_sequences(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.peek() == Some(&'[') => {
                chars.next();
                while chars.next_if(|c| !c.is_ascii_alphabetic()).is_some() {}
                chars.next();
            }
            '\0' | '\u{2500}'..='\u{257f}' => {}
            '\r' if matches!(chars.peek(), None | Some('\n')) => {}
            c => out.push(c),
        }
    }
    out
}

/// syslog's `#011`, literal `\n` and `\"`, HTML's `&quot;`.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '#', '&']) {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let (replacement, length) = escape(tail);
        match replacement {
            Some(replacement) => out.push(replacement),
            None => out.push_str(&tail[..length]),
        }
        rest = &tail[length..];
    }
    out.push_str(rest);
    for severity in ["FATAL", "ERROR", "PANIC", "WARNING", "DETAIL", "HINT"] {
        if out.contains(severity) {
            out = out.replace(&format!("{severity}:  "), &format!("{severity}: "));
            out = without_sqlstate(out, severity);
        }
    }
    out
}

/// Without `28P01: ` behind the severity, as verbose logs and clients have it.
fn without_sqlstate(text: String, severity: &str) -> String {
    const SQLSTATE: usize = "28P01: ".len();
    let mark = format!("{severity}: ");
    let Some(at) = text.find(&mark).map(|at| at + mark.len()) else {
        return text;
    };
    let is_sqlstate = |code: &str| {
        code.bytes()
            .take(SQLSTATE - 2)
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    match text.get(at..at + SQLSTATE) {
        Some(code) if code.ends_with(": ") && is_sqlstate(code) => format!("{}{}", &text[..at], &text[at + SQLSTATE..]),
        _ => text,
    }
}

/// syslog's and HTML's escapes.
const ESCAPES: &[(&str, char)] = &[
    ("#011", '\t'),
    ("#012", '\n'),
    ("#015", '\r'),
    ("#033", '\u{1b}'),
    ("&quot;", '"'),
    ("&#34;", '"'),
    ("&#x27;", '\''),
    ("&#39;", '\''),
    ("&gt;", '>'),
    ("&lt;", '<'),
    ("&amp;", '&'),
];

/// syslog's and HTML's escapes.
pub fn escapes() -> impl Iterator<Item = &'static str> {
    ESCAPES.iter().map(|(escape, _)| *escape)
}

/// Without the escapes of HTML.
#[must_use]
pub fn without_html(text: &str) -> Cow<'_, str> {
    let escapes = ESCAPES.iter().filter(|(escape, _)| escape.starts_with('&'));
    escapes.fold(Cow::Borrowed(text), |text, (escape, character)| {
        if text.contains(escape) {
            Cow::Owned(text.replace(escape, &character.to_string()))
        } else {
            text
        }
    })
}

/// The character that an escape stands for, with the escape's length.
fn escape(text: &str) -> (Option<char>, usize) {
    let backslashes = text.len() - text.trim_start_matches('\\').len();
    if backslashes > 0 {
        return match text[backslashes..].chars().next() {
            Some('n') => (Some('\n'), backslashes + 1),
            Some('t') => (Some('\t'), backslashes + 1),
            Some('r') => (Some('\r'), backslashes + 1),
            Some(quote @ ('"' | '\'')) => (Some(quote), backslashes + 1),
            _ => (None, backslashes),
        };
    }
    for (escape, replacement) in ESCAPES {
        if text.starts_with(escape) {
            return (Some(*replacement), escape.len());
        }
    }
    (None, 1)
}

/// Translated messages quote with guillemets, curly quotes or corner brackets.
fn plain_quotes(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let text = text
        .replace("«\u{a0}", "\"")
        .replace("\u{a0}»", "\"")
        .replace("« ", "\"")
        .replace(" »", "\"");
    text.chars()
        .map(|c| match c {
            '«' | '»' | '“' | '”' | '„' | '‟' | '「' | '」' | '『' | '』' => '"',
            '‘' | '’' | '‚' => '\'',
            '\u{a0}' | '\u{202f}' => ' ',
            c => c,
        })
        .collect()
}
