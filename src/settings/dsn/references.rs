//! References to variables that nobody filled in.

use std::ops::Range;

use super::Reader;
use crate::conninfo::anatomy::Anatomy;
use crate::finding::config::unexpanded_variable;
use crate::settings::hygiene::{self, Reference};

impl Reader<'_> {
    /// References that nobody filled in; `true` where one breaks the connection string.
    pub(super) fn references(&mut self, parts: Option<&Anatomy>) -> bool {
        let password = parts.and_then(|parts| parts.password.clone());
        let inside = |reference: &Reference| {
            password
                .as_ref()
                .is_some_and(|range| range.start <= reference.span.start && reference.span.end <= range.end && *range != reference.span)
        };
        let mut broken = false;
        for reference in hygiene::references(self.text) {
            if inside(&reference) {
                self.found(unexpanded_variable::perhaps(self.source, reference.style));
                continue;
            }
            broken = true;
            let part = part_at(parts, reference.span.start);
            let name = reference.name.as_deref().filter(|_| self.is_no_password(reference.span.start));
            self.found(unexpanded_variable::left(self.source, reference.style, name, part));
        }
        let components = parts.map_or_else(|| vec![(0..self.text.len(), "the connection string")], components);
        for (range, part) in components {
            let Some(name) = self.text.get(range).and_then(hygiene::bare_reference) else {
                continue;
            };
            if part == "the password" {
                self.found(unexpanded_variable::perhaps(self.source, "$NAME"));
            } else {
                broken = true;
                self.found(unexpanded_variable::left(self.source, "$…", Some(&name), part));
            }
        }
        broken
    }

    /// Whether what stands there is a whole value, or no `password=` came before it.
    fn is_no_password(&self, at: usize) -> bool {
        const NAME: &[u8] = b"password";
        let before = self.text[..at].to_ascii_lowercase();
        let whole = before.ends_with(b"password=") || before.ends_with(b"password='");
        let assigned = |at: usize| {
            before[at..]
                .strip_prefix(NAME)
                .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"="))
        };
        whole || !(0..before.len()).any(assigned)
    }
}

fn components(parts: &Anatomy) -> Vec<(Range<usize>, &'static str)> {
    [
        Some((parts.user.clone(), "the user name")),
        parts.password.clone().map(|range| (range, "the password")),
        Some((parts.hosts.clone(), "the host")),
        parts.database.clone().map(|range| (range, "the database name")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn part_at(parts: Option<&Anatomy>, at: usize) -> &'static str {
    parts
        .map(components)
        .unwrap_or_default()
        .into_iter()
        .find(|(range, _)| range.contains(&at))
        .map_or("the connection string", |(_, part)| part)
}
