//! What stands in files of other tools, where their names do not tell.

use serde::Deserialize;

use super::files::Migration;
use super::naming::Key;

/// The digits of a timestamp at the end of a class's name.
const TIMESTAMP: usize = 13;

/// The name under which `TypeORM` records the migration of a file: the property `name`, else the class that ends with a timestamp.
#[must_use]
pub fn class(source: &str) -> Option<String> {
    property(source).or_else(|| {
        let after = source.match_indices("class ").map(|(at, word)| &source[at + word.len()..]);
        let named = after.map(|rest| rest.trim_start().split(|c: char| !is_word(c)).next().unwrap_or_default());
        named.filter(|name| has_timestamp(name)).map(str::to_owned).next()
    })
}

/// `name = 'X1700000000000'`, with or without a type.
fn property(source: &str) -> Option<String> {
    source.match_indices("name").find_map(|(at, word)| {
        if source[..at].ends_with(is_word) {
            return None;
        }
        let rest = source[at + word.len()..].trim_start();
        let rest = rest
            .strip_prefix(':')
            .map_or(rest, |typed| typed.trim_start().trim_start_matches(is_word).trim_start());
        let value = rest.strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
        let name = value[1..].split(quote).next()?;
        has_timestamp(name).then(|| name.to_owned())
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn has_timestamp(name: &str) -> bool {
    let digits = name.chars().rev().take_while(char::is_ascii_digit).count();
    digits >= TIMESTAMP && digits < name.len()
}

/// Whether the module of a migrator of sea-orm names a migration: what it does not name never runs.
#[must_use]
pub fn names_module(source: &str, migration: &Key) -> bool {
    let Key::Name(name) = migration else { return false };
    source.match_indices(name.as_str()).any(|(at, _)| {
        let (before, after) = (&source[..at], &source[at + name.len()..]);
        !before.ends_with(is_word) && after.trim_start().starts_with("::")
    })
}

#[derive(Deserialize)]
struct Journal {
    dialect: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    when: u64,
    tag: String,
}

/// The migrations of Drizzle's journal, each by its time; `None` where it is another database's.
#[must_use]
pub fn journal(text: &str) -> Option<Vec<Migration>> {
    let journal: Journal = serde_json::from_str(text).ok()?;
    let migration = |entry: Entry| Migration {
        name: entry.tag,
        key: Key::Version(vec![entry.when.into()]),
    };
    ["postgresql", "pg"]
        .contains(&journal.dialect.as_str())
        .then(|| journal.entries.into_iter().map(migration).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_names_of_typeorm() {
        for (source, name) in [
            (
                "export class A1700000000000 implements MigrationInterface {\n    name = 'B1600000000000'\n}",
                Some("B1600000000000"),
            ),
            (
                "class A1700000000000 { public readonly name: string = \"B1600000000000\"; }",
                Some("B1600000000000"),
            ),
            (
                "module.exports = class A1700000000000 { async up(q) { q.query(`name = 'x'`) } }",
                Some("A1700000000000"),
            ),
            ("class Base {}\nexport class C1700000000001 extends Base {}", Some("C1700000000001")),
            ("class Helper { filename = 'B1600000000000' }", None),
            ("", None),
        ] {
            assert_eq!(class(source).as_deref(), name, "{source}");
        }
    }

    #[test]
    fn modules_of_a_migrator() {
        let source = "mod m1_a;\nmod m2_b;\nvec![Box::new(m1_a::Migration)]";
        let names = |name: &str| names_module(source, &Key::Name(name.to_owned()));
        assert!(names("m1_a"));
        assert!(!names("m2_b"));
        assert!(!names("m1"));
    }

    #[test]
    fn a_journal_of_another_database() {
        assert_eq!(journal(r#"{"dialect": "sqlite", "entries": []}"#), None);
        assert_eq!(journal("{"), None);
    }
}
