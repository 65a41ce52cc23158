//! What a message tells besides its kind: host, role, database and the like.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::session::Session;
use super::template::Captured;
use crate::conninfo::mask::{MASK, mask_dsn};
use crate::finding::Kind;
use crate::finding::config::{invalid_value, stray_whitespace, unencoded_password, unexpanded_variable};

/// The name of a hole that may hold a piece of a password.
pub const SECRET: &str = "secret";

/// Named values, each as it came.
#[derive(Debug, Clone, Default)]
pub struct Facts(BTreeMap<&'static str, String>);

/// A name without the marks that stand around it.
fn unquoted(value: &str) -> &str {
    let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(value)
}

impl Facts {
    /// Whether nothing that both name differs.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        other.0.iter().all(|(name, value)| self.0.get(name).is_none_or(|own| own == value))
    }

    /// What the holes hold, and what libpq says before and behind the message.
    #[must_use]
    pub fn of(captured: &Captured<'_>, text: &str) -> Self {
        let mut facts = Self::default();
        for (name, value) in &captured.holes {
            if !matches!(*name, "_" | SECRET) {
                facts.0.insert(name, unquoted(value).to_owned());
            }
        }
        facts.read_attempt(text, captured);
        facts
    }

    /// A value by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A name, without the password of a connection string that stands in its place. A role may have an `@` in its name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<String> {
        let value = self.get(name)?;
        Some(match value.rsplit_once('@') {
            Some((before, host)) if before.contains(':') => format!("{MASK}@{host}"),
            _ => mask_dsn(value),
        })
    }

    /// What may be shown, by name.
    pub fn shown(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        self.0.iter().map(|(name, value)| {
            let value = match value.rsplit_once('@') {
                Some((_, host)) => format!("{MASK}@{host}"),
                None => mask_dsn(value),
            };
            (*name, value)
        })
    }

    /// Whether it names whatever the other names.
    #[must_use]
    pub fn names_all_of(&self, other: &Self) -> bool {
        other.0.keys().all(|name| self.0.contains_key(name))
    }

    /// Adds what is not known yet.
    pub fn complete(&mut self, other: &Self) {
        for (name, value) in &other.0 {
            self.0.entry(name).or_insert_with(|| value.clone());
        }
    }

    fn add(&mut self, name: &'static str, value: &str) {
        if !value.is_empty() && value.len() <= 255 {
            self.0.entry(name).or_insert_with(|| value.to_owned());
        }
    }

    /// What the prefix of a server's or pooler's line tells, where the message does not.
    pub fn read_session(&mut self, session: Session<'_>) {
        for (name, value) in [("role", session.role), ("database", session.database)] {
            if let Some(value) = value {
                self.add(name, unquoted(value));
            }
        }
    }

    /// What the server's own log adds in its `DETAIL`, which clients never get: whether the password or the role was wrong.
    pub fn read_detail(&mut self, behind: &str) {
        const BEGINS: &[&str] = &["FATAL: ", "ERROR: ", "LOG: ", "WARNING: "];
        if let Some((between, detail)) = behind.split_once("DETAIL: ")
            && !BEGINS.iter().any(|severity| between.contains(severity))
        {
            self.add("detail", detail.lines().next().unwrap_or_default().trim());
        }
    }

    /// `connection to server at "db" (10.0.3.7), port 5432 failed`, and the form before libpq 14.
    fn read_attempt(&mut self, text: &str, captured: &Captured<'_>) {
        let end = captured.end.min(text.len());
        if let Some(at) = text[..end].rfind("connection to server at \"") {
            let rest = &text[at + 25..];
            if let Some((host, rest)) = rest.split_once('"') {
                self.add("host", host);
                if let Some((address, _)) = rest.strip_prefix(" (").and_then(|rest| rest.split_once(')')) {
                    self.add("address", address);
                }
                self.add_port(rest, "port ");
            }
        } else if let Some(at) = text.find("Is the server running on host \"") {
            let rest = &text[at + 31..];
            if let Some((host, rest)) = rest.split_once('"') {
                self.add("host", host);
                if let Some((address, _)) = rest.strip_prefix(" (").and_then(|rest| rest.split_once(')')) {
                    self.add("address", address);
                }
                self.add_port(rest, "connections on port ");
            }
        } else if let Some(at) = text.find("Unix domain socket \"") {
            self.add("socket", text[at + 20..].split('"').next().unwrap_or_default());
        } else if let Some(at) = text.find("Connect call failed ('") {
            let rest = &text[at + 22..];
            self.add("host", rest.split('\'').next().unwrap_or_default());
            self.add_port(rest, "', ");
        }
        if let Some(host) = self.get("host")
            && host.parse::<IpAddr>().is_ok()
        {
            let address = host.to_owned();
            self.add("address", &address);
        }
    }

    /// What frames show where the message names no host: one with an `@` in it, in the connection string or a variable of theirs.
    pub fn read_frames(&mut self, frames: &str) {
        const VARIABLES: &[&str] = &["host = '", "host='", "host=\"", "'host': '", "\"host\": \"", "'host', '"];
        let of_url = frames.match_indices("://").filter(|(at, _)| {
            let scheme = frames[..*at].rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '+')).next();
            scheme.is_some_and(|scheme| scheme.starts_with("postg"))
        });
        let of_url = of_url.filter_map(|(at, mark)| {
            let authority = frames[at + mark.len()..]
                .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '?'))
                .next()?;
            let behind = authority.split_once('@')?.1;
            behind
                .rfind('@')
                .map(|last| behind[..last].len() + behind[last..].find([':', '/']).unwrap_or(behind[last..].len()))
                .map(|end| &behind[..end])
        });
        let of_variable = VARIABLES.iter().flat_map(|name| {
            frames
                .match_indices(name)
                .filter_map(|(at, name)| frames[at + name.len()..].split(['\'', '"', '\n']).next())
        });
        if let Some(host) = of_url.chain(of_variable).find(|host| host.contains('@')) {
            let host = host.to_owned();
            self.add("host", &host);
        }
    }

    fn add_port(&mut self, text: &str, before: &str) {
        if let Some(at) = text.find(before) {
            let digits: String = text[at + before.len()..].chars().take_while(char::is_ascii_digit).take(5).collect();
            self.add("port", &digits);
        }
    }

    /// The fault of the settings that the values show: a name that nobody means.
    #[must_use]
    pub fn fault_of_names(&self) -> Option<&'static Kind> {
        let names = ["host", "role", "database"];
        let unexpanded = |value: &str| ["${", "$(", "{{", "%(", "<%"].iter().any(|mark| value.contains(mark));
        if names.iter().filter_map(|name| self.get(name)).any(unexpanded) {
            return Some(&unexpanded_variable::KIND);
        }
        if let Some(host) = self.get("host") {
            if host.contains('@') {
                return Some(&unencoded_password::KIND);
            }
            // Where there is a port beside it, the brackets are a reader's who took the name out.
            let is_bracketed = host.contains(['[', ']']) && self.get("port").is_none();
            if host.contains('/') || is_bracketed {
                return Some(&invalid_value::KIND);
            }
        }
        let stray = |value: &str| value != value.trim() || value.contains(['\n', '\r']);
        names
            .iter()
            .filter_map(|name| self.get(name))
            .any(stray)
            .then_some(&stray_whitespace::KIND)
    }
}
