//! The syntax of unit files (systemd.syntax): sections, `Key=value`, comments, and lines that go on after a backslash.

/// One setting of a unit file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub section: String,
    pub key: String,
    pub value: Vec<u8>,
    /// Where it begins, counted from 1.
    pub line: usize,
}

/// The settings in the order of the file. What is no setting is passed over, as systemd does with a warning.
#[must_use]
pub fn parse(text: &[u8]) -> Vec<Setting> {
    let mut settings = Vec::new();
    let mut section = String::new();
    let mut pending: Option<(Vec<u8>, usize)> = None;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    for (index, raw) in text.split(|byte| *byte == b'\n').enumerate() {
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        let trimmed = raw.trim_ascii_start();
        // Comments may stand between the lines of one setting.
        if matches!(trimmed.first(), Some(b'#' | b';')) {
            continue;
        }
        let (mut line, start) = match pending.take() {
            Some((mut begun, start)) => {
                begun.extend_from_slice(raw);
                (begun, start)
            }
            None => (raw.to_vec(), index + 1),
        };
        let backslashes = line.iter().rev().take_while(|byte| **byte == b'\\').count();
        if backslashes % 2 == 1 {
            line.pop();
            line.push(b' ');
            pending = Some((line, start));
            continue;
        }
        take(&line, start, &mut section, &mut settings);
    }
    if let Some((line, start)) = pending {
        take(&line, start, &mut section, &mut settings);
    }
    settings
}

fn take(line: &[u8], start: usize, section: &mut String, settings: &mut Vec<Setting>) {
    let line = line.trim_ascii();
    if let Some(name) = line.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")) {
        *section = String::from_utf8_lossy(name).into_owned();
        return;
    }
    let Some(equals) = line.iter().position(|byte| *byte == b'=') else {
        return;
    };
    settings.push(Setting {
        section: section.clone(),
        key: String::from_utf8_lossy(line[..equals].trim_ascii()).into_owned(),
        value: line[equals + 1..].trim_ascii().to_vec(),
        line: start,
    });
}
