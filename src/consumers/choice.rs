//! Which consumers an application may use.

use std::collections::BTreeMap;

use super::Consumer;
use super::sqlalchemy::Release;
use crate::conninfo::scheme::Form;

/// Distributions of Python by their normalised names, with their versions.
pub type Installed = BTreeMap<String, String>;

/// The consumers that may read a connection string of this form in the application, libpq first. What is installed narrows them
/// down; without it, only the scheme tells. None for a form that no consumer reads.
#[must_use]
pub fn consumers_for(form: &Form, installed: Option<&Installed>) -> Vec<Consumer> {
    let possible: &[Consumer] = match form {
        Form::Keywords => &Consumer::ALL[..2],
        Form::Libpq { .. } => &Consumer::ALL,
        Form::SqlAlchemy { .. } => &[
            Consumer::SqlAlchemy(Release::V14),
            Consumer::SqlAlchemy(Release::V20),
            Consumer::SqlAlchemy(Release::V21),
        ],
        Form::Alias { .. } => &[Consumer::DjDatabaseUrl, Consumer::DjangoEnviron],
        Form::UpperCase { .. } | Form::Jdbc { .. } | Form::BrokenSlashes { .. } | Form::Sqlite | Form::Other { .. } | Form::Bare => &[],
    };
    let in_use = |consumer: &Consumer| installed.is_none_or(|installed| is_installed(*consumer, installed));
    possible.iter().copied().filter(in_use).collect()
}

fn is_installed(consumer: Consumer, installed: &Installed) -> bool {
    let version = |name: &str| installed.get(name).map(|version| major_and_minor(version));
    match consumer {
        // psycopg's and psycopg2's packages say nothing of the libpq that they find or bring along.
        Consumer::Libpq(_) => ["psycopg", "psycopg2", "psycopg2-binary"]
            .iter()
            .any(|name| installed.contains_key(*name)),
        Consumer::SqlAlchemy(release) => version("sqlalchemy").is_some_and(|version| release_of(version) == release),
        Consumer::DjDatabaseUrl => installed.contains_key("dj-database-url"),
        Consumer::DjangoEnviron => installed.contains_key("django-environ"),
        Consumer::Asyncpg => installed.contains_key("asyncpg"),
    }
}

fn release_of(version: (u32, u32)) -> Release {
    match version {
        (0..=1, _) => Release::V14,
        (2, 0) => Release::V20,
        _ => Release::V21,
    }
}

fn major_and_minor(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
}
