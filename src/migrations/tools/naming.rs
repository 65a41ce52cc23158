//! What a file's name, or a row of the record, says which migration is meant.

/// The digits of a date and a time, to the second.
const DATE: usize = 14;

/// A migration, the same from its file and from its row. Ordered as the tool orders them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Version(Vec<u128>),
    Name(String),
}

/// How a tool gets from names to migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By the whole name.
    Whole,
    /// The record leaves the extension out.
    Stem,
    /// The same, and the name begins with a date and a time: `20240102030405_x`.
    Dated,
    /// What stands before the first `_`, without hyphens.
    Head,
    /// The digits in front, as a number: `0012_x.sql` is 12.
    Number,
    /// `V1_2__x` is version 1.2.
    Flyway,
    /// `V3__x`, or `U3__x` for one that need not come last, is 3.
    Refinery,
    /// The name of the class in the file.
    Class,
}

/// The migration of the file `name`; `None` where it is none.
#[must_use]
pub fn key_of_file(naming: Naming, name: &str) -> Option<Key> {
    match naming {
        Naming::Stem | Naming::Dated | Naming::Head => key(naming, name.rsplit_once('.').map_or(name, |(stem, _)| stem)),
        _ => key(naming, name),
    }
}

/// The migration that a row calls `name`; `None` where it is none.
#[must_use]
pub fn key(naming: Naming, name: &str) -> Option<Key> {
    match naming {
        Naming::Whole | Naming::Stem | Naming::Class => Some(Key::Name(name.to_owned())),
        Naming::Dated => {
            let (date, _) = name.split_once('_')?;
            let is_date = date.len() == DATE && date.chars().all(|c| c.is_ascii_digit());
            is_date.then(|| Key::Name(name.to_owned()))
        }
        Naming::Head => {
            let head = name.split('_').next().unwrap_or_default();
            Some(Key::Name(head.replace('-', "")))
        }
        Naming::Number => {
            let end = name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len());
            Some(Key::Version(vec![name[..end].parse().ok()?]))
        }
        Naming::Flyway => {
            let (version, _) = name.strip_prefix('V')?.split_once("__")?;
            let mut parts: Vec<u128> = version.split(['_', '.']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
            // 1.0 is 1.
            while parts.last() == Some(&0) {
                parts.pop();
            }
            Some(Key::Version(parts))
        }
        Naming::Refinery => {
            let (version, _) = name.strip_prefix(['V', 'U'])?.split_once("__")?;
            Some(Key::Version(vec![version.parse().ok()?]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        let is_before = |naming, one, other| key(naming, one).is_some_and(|one| Some(one) < key(naming, other));
        assert!(is_before(Naming::Flyway, "V2_1__c.sql", "V2_10__d.sql"));
        assert!(is_before(Naming::Number, "9_x.sql", "10_x.sql"));
        assert_eq!(key(Naming::Flyway, "V1__a.sql"), key(Naming::Flyway, "V1.0__a.sql"));
        assert_eq!(key(Naming::Number, "002b.sql"), key(Naming::Number, "2"));
        assert_eq!(key(Naming::Refinery, "U3__x.rs"), key(Naming::Refinery, "V3__x"));
    }

    #[test]
    fn names_that_are_no_migrations() {
        for (naming, name) in [
            (Naming::Number, "README.sql"),
            (Naming::Flyway, "R__views.sql"),
            (Naming::Flyway, "U2_1__c.sql"),
            (Naming::Refinery, "V1.2__x.sql"),
            (Naming::Dated, "Helpers_x.cs"),
        ] {
            assert_eq!(key(naming, name), None, "{name}");
        }
    }

    #[test]
    fn what_stands_in_front_of_the_first_underscore() {
        assert_eq!(
            key(Naming::Head, "2024-01-01-000000_a"),
            Some(Key::Name("20240101000000".to_owned()))
        );
        assert_eq!(key_of_file(Naming::Head, "20240101.sql"), Some(Key::Name("20240101".to_owned())));
    }
}
