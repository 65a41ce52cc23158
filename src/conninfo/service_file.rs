//! `pg_service.conf`, as libpq's `parseServiceFile` reads it.

use super::keyword;
use crate::secret::Secret;

/// Why libpq refuses the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Syntax,
    TooLong,
    /// `service=` inside a service.
    Nested,
}

/// A line of this many bytes, its line feed not counted, no longer fits libpq's buffer.
const LINE_LIMIT: usize = 1022;

/// Keywords with their values, in the order of the file.
pub type Values = Vec<(&'static str, Secret)>;

/// The values of one service; `None` where the file does not define it.
///
/// # Errors
///
/// What libpq refuses, with the line, counted from 1.
pub fn read(text: &[u8], service: &[u8]) -> Result<Option<Values>, (Fault, usize)> {
    let mut found: Option<Values> = None;
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        if line.len() >= LINE_LIMIT {
            return Err((Fault::TooLong, number));
        }
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        if let Some(header) = line.strip_prefix(b"[") {
            if found.is_some() {
                break;
            }
            if header.strip_prefix(service).is_some_and(|rest| rest.starts_with(b"]")) {
                found = Some(Vec::new());
            }
            continue;
        }
        let Some(values) = &mut found else { continue };
        let equals = line.iter().position(|byte| *byte == b'=').ok_or((Fault::Syntax, number))?;
        let (name, value) = (&line[..equals], &line[equals + 1..]);
        if name == b"service" {
            return Err((Fault::Nested, number));
        }
        let keyword = keyword::find(name).ok_or((Fault::Syntax, number))?;
        // The first line that names a keyword wins.
        if !values.iter().any(|(known, _)| *known == keyword.name) {
            values.push((keyword.name, Secret::new(value)));
        }
    }
    Ok(found)
}
