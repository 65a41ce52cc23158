//! The connection string as it should be written, with every password masked.

use percent_encoding::percent_encode_byte;

use super::source::{Place as Where, Source};
use crate::conninfo::anatomy::{self, Anatomy, RawCharacter, raw_characters};
use crate::conninfo::mask::{MASK, is_secret};
use crate::foreign::Foreign;
use crate::remedy::{Place, Step};

/// A line to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    pub text: String,
    /// Whether a mask stands for a password, so that nobody can paste the line as it is.
    pub masked: bool,
}

impl Repaired {
    /// A line without a secret.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            masked: false,
        }
    }
}

/// The URL whose scheme ends at byte `body`, with `scheme` before it and every raw character of the credentials encoded.
#[must_use]
pub fn url(text: &[u8], body: usize, scheme: &str) -> Repaired {
    let parts = anatomy::intended(text, body);
    let mut out = format!("{scheme}://");
    let mut masked = false;
    if parts.at.is_some() {
        let user = &text[parts.user.clone()];
        out.push_str(&if is_more_than_one_line(user) {
            MASK.to_owned()
        } else {
            encoded(user)
        });
        if let Some(password) = parts.password.clone() {
            out.push(':');
            out.push_str(&masked_password(&text[password.clone()]));
            masked = !password.is_empty();
        }
        out.push('@');
    }
    out.push_str(&hosts(text, &parts));
    if let Some(database) = parts.database.clone() {
        out.push('/');
        out.push_str(&plain(&text[database]));
    }
    if let Some(query) = parts.query.clone() {
        let pairs: Vec<String> = text[query]
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
            .map(pair)
            .collect();
        masked |= pairs.iter().any(|pair| pair.ends_with(MASK));
        out.push('?');
        out.push_str(&pairs.join("&"));
    }
    Repaired { text: out, masked }
}

/// The step that writes it where the settings stand.
#[must_use]
pub fn step(source: &Source, repaired: &Repaired) -> Step {
    let line = source.line(&repaired.text);
    let place = match &source.place {
        Where::Argument | Where::StandardInput => "as the connection string".to_owned(),
        Where::Environment | Where::Unit(_) | Where::Process { .. } => "where the environment is set".to_owned(),
        Where::Manager { passed: false, .. } => "in the service manager's environment, with systemctl set-environment".to_owned(),
        Where::Manager { passed: true, .. } => "in the unit itself, which takes it from the service manager".to_owned(),
        Where::Application(_) => "in the application's settings".to_owned(),
        Where::Container(_) => "where the container's environment is set".to_owned(),
        Where::EnvFile(path) | Where::UnitFile { path, .. } | Where::SecretFile { path, .. } | Where::Targets { path, .. } => {
            let line = source
                .variables
                .first()
                .and_then(|(_, line)| *line)
                .map(|line| format!(" line {line}"));
            format!("in {}{}", Foreign::new(path.to_string_lossy()), line.unwrap_or_default())
        }
    };
    if repaired.masked {
        let text = format!("write {line} {place}; {MASK} stands for the characters of the password that stay as they are");
        Step::new(Place::AppConfig, text)
    } else {
        Step::new(Place::AppConfig, format!("write this {place}")).run(line)
    }
}

/// Names the raw characters: `"@" at character 4 (%40)`.
#[must_use]
pub fn named(raw: &[RawCharacter]) -> String {
    let one = |c: &RawCharacter| match c.byte {
        b' ' => format!("a blank at character {} ({})", c.place, c.encoded()),
        byte => format!("\"{}\" at character {} ({})", char::from(byte), c.place, c.encoded()),
    };
    raw.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn encoded(part: &[u8]) -> String {
    let raw = raw_characters(part);
    let mut out = Vec::new();
    for (offset, byte) in part.iter().enumerate() {
        if raw.iter().any(|c| c.offset == offset) {
            out.extend_from_slice(percent_encode_byte(*byte).as_bytes());
        } else {
            out.push(*byte);
        }
    }
    shown(&out)
}

/// The password, with its raw characters encoded and the rest masked.
#[must_use]
pub fn masked_password(password: &[u8]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for c in raw_characters(password) {
        if c.offset > at {
            out.push_str(MASK);
        }
        out.push_str(percent_encode_byte(c.byte));
        at = c.offset + 1;
    }
    if at < password.len() {
        out.push_str(MASK);
    }
    out
}

/// Without credentials, what follows the first colon may be a password whose `@host` is missing.
fn hosts(text: &[u8], parts: &Anatomy) -> String {
    let hosts = &text[parts.hosts.clone()];
    if is_more_than_one_line(hosts) {
        return MASK.to_owned();
    }
    let colon = hosts.iter().position(|byte| *byte == b':');
    match colon.filter(|_| parts.at.is_none() && !hosts.starts_with(b"[")) {
        Some(colon) if !hosts[colon + 1..].iter().all(u8::is_ascii_digit) => format!("{}:{MASK}", shown(&hosts[..colon])),
        _ => shown(hosts),
    }
}

fn pair(pair: &[u8]) -> String {
    let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
    let name = &pair[..equals];
    let value = pair.get(equals + 1..).unwrap_or_default();
    match (anatomy::is_known(name), is_secret(&String::from_utf8_lossy(name), value)) {
        (true, false) => plain(pair),
        (true, true) => format!("{}={MASK}", shown(name)),
        (false, _) => MASK.to_owned(),
    }
}

/// A part as it is written. One that goes on in further lines is a piece of a file, whatever that holds.
fn plain(part: &[u8]) -> String {
    if is_more_than_one_line(part) {
        MASK.to_owned()
    } else {
        shown(part)
    }
}

fn is_more_than_one_line(part: &[u8]) -> bool {
    part.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
}

fn shown(bytes: &[u8]) -> String {
    Foreign::from_bytes(bytes).to_string()
}
