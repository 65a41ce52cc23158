//! A record of PostgreSQL's csvlog or jsonlog, as its plain log would have it.

use serde_json::{Map, Value};

use super::clock;

/// What a record may say besides its message, and how the plain log marks it.
const PARTS: [&str; 4] = ["DETAIL", "HINT", "CONTEXT", "STATEMENT"];

/// A line of a csvlog. A record may have several; of those, the first holds the message.
#[must_use]
pub fn of_csv(line: &str) -> Option<String> {
    const SEVERITY: usize = 11;
    let time = clock::time_length(line);
    if time == 0 || !line[time..].starts_with(',') {
        return None;
    }
    let fields = fields(line);
    let field = |at: usize| fields.get(at).map(String::as_str).filter(|field| !field.is_empty());
    let (severity, sqlstate, message) = (field(SEVERITY)?, field(SEVERITY + 1)?, field(SEVERITY + 2)?);
    if sqlstate.len() != 5 || !sqlstate.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return None;
    }
    let (time, pid) = (field(0).unwrap_or_default(), field(3).unwrap_or_default());
    let head = format!("{time} [{pid}] ") + &session(field(1), field(2));
    // Detail, hint, context, statement.
    Some(head + &said(severity, message, [14, 15, 18, 19].map(field)))
}

/// A record of a jsonlog, or one that `CloudNativePG` made of a csvlog.
#[must_use]
pub fn of_json(record: &Map<String, Value>) -> Option<String> {
    let field = |keys: &[&str]| {
        keys.iter()
            .find_map(|key| record.get(*key)?.as_str())
            .filter(|value| !value.is_empty())
    };
    let severity = field(&["error_severity"])?;
    let message = field(&["message"])?;
    let session = session(field(&["user", "user_name"]), field(&["dbname", "database_name"]));
    let parts = [&["detail"][..], &["hint"], &["context"], &["statement", "query"]].map(field);
    Some(session + &said(severity, message, parts))
}

fn session(role: Option<&str>, database: Option<&str>) -> String {
    match (role, database) {
        (None, None) => String::new(),
        (role, database) => format!("{}@{} ", role.unwrap_or("[unknown]"), database.unwrap_or("[unknown]")),
    }
}

fn said(severity: &str, message: &str, parts: [Option<&str>; PARTS.len()]) -> String {
    let parts = PARTS.iter().zip(parts).filter_map(|(name, text)| Some((name, text?)));
    let parts = parts.map(|(name, text)| format!("\n{name}:  {}", text.replace('\n', "\n\t")));
    format!("{severity}:  {message}") + &parts.collect::<String>()
}

/// The fields of a line. The last may go on in the next line.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let field = fields.last_mut().expect("there is one from the beginning");
        match c {
            '"' if is_quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            c => field.push(c),
        }
    }
    fields
}
