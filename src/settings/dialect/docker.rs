//! `docker run --env-file` (docker/cli, `kvfile`): a line is a name, `=` and a value, and nothing is taken off the value.

use super::{BOM, Cursor};
use crate::secret::Secret;
use crate::settings::env_file::{Assignment, Complaint, Parsed, Style};

/// Reads the file as docker does; the first line that docker does not understand makes it refuse the file.
pub(super) fn parse(text: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut cursor = Cursor::new(text.strip_prefix(BOM).unwrap_or(text));
    while cursor.peek().is_some() {
        let number = cursor.line;
        let raw = cursor.rest_of_line();
        let line = raw.strip_suffix(b"\r").unwrap_or(raw);
        let carriage_return = line.len() < raw.len();
        if std::str::from_utf8(line).is_err() {
            return Parsed::refused(Complaint::whole(number, None, "is not UTF-8, for which docker refuses the file"));
        }
        let line = line.trim_ascii_start();
        if line.is_empty() || line[0] == b'#' {
            continue;
        }
        let (name, value) = match line.iter().position(|byte| *byte == b'=') {
            Some(equals) => (&line[..equals], Some(&line[equals + 1..])),
            None => (line, None),
        };
        if name.is_empty() {
            return Parsed::refused(Complaint::whole(number, None, "has no name, for which docker refuses the file"));
        }
        if name.iter().any(|byte| matches!(byte, b' ' | b'\t')) {
            let shown = value.is_some().then_some(name);
            return Parsed::refused(Complaint::whole(
                number,
                shown,
                "has a blank in its name, for which docker refuses the file",
            ));
        }
        let name = String::from_utf8_lossy(name).into_owned();
        match value {
            Some(value) => parsed.assignments.push(Assignment {
                name,
                value: Secret::new(value),
                line: number,
                styles: carriage_return.then_some(Style::CarriageReturn).into_iter().collect(),
            }),
            None => parsed.inherited.push((name, number)),
        }
    }
    parsed
}
