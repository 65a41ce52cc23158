//! The words of a command line.

use std::collections::BTreeMap;

use super::told::Told;
use crate::foreign::Foreign;
use crate::secret::Secret;

/// The value of an option in any of its spellings; the last one counts.
#[must_use]
pub fn option<'a>(arguments: &'a [String], names: &[&str]) -> Option<&'a str> {
    let mut found = None;
    for (index, argument) in arguments.iter().enumerate() {
        for name in names {
            let Some(rest) = argument.strip_prefix(name) else { continue };
            let value = match rest.strip_prefix('=') {
                Some(value) => Some(value),
                None if rest.is_empty() => arguments.get(index + 1).map(String::as_str),
                None if !name.starts_with("--") => Some(rest),
                None => None,
            };
            found = value.or(found);
        }
    }
    found
}

/// The number that an option gives; `place` says where the arguments stand.
#[must_use]
pub fn count(arguments: &[String], names: &[&str], place: &str) -> Option<Told> {
    let name = names[0];
    option(arguments, names).map(|value| match value.parse() {
        Ok(number) => Told::Is(number, format!("{name} {place}")),
        Err(_) => Told::Untold(format!("{name} {place} is \"{}\"", Foreign::new(value))),
    })
}

/// The words of a text, as a shell and Python's `shlex` part them; none where a quote does not end.
#[must_use]
pub fn split(text: &str) -> Vec<String> {
    shlex::split(text).unwrap_or_default()
}

/// The number that a variable holds.
#[must_use]
pub fn variable(variables: &BTreeMap<String, Secret>, name: &str) -> Option<Told> {
    let number = variables.get(name)?.reveal_str()?.trim().parse().ok()?;
    Some(Told::Is(number, name.to_owned()))
}

/// A word with `$NAME` and `${NAME}` filled in, as systemd does with commands.
#[must_use]
pub fn filled_in(word: &Secret, variables: &BTreeMap<String, Secret>) -> String {
    let word = String::from_utf8_lossy(word.reveal()).into_owned();
    let mut out = String::new();
    let mut rest = word.as_str();
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        out.push_str(&rest[..start]);
        let value = variables.get(&rest[start + 2..start + length]);
        out.push_str(value.and_then(Secret::reveal_str).unwrap_or_default());
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    match out.strip_prefix('$').and_then(|name| variables.get(name)) {
        Some(value) => value.reveal_str().unwrap_or_default().to_owned(),
        None => out,
    }
}
