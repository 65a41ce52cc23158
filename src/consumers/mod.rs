//! How each of PostgreSQL's usual consumers reads a connection string: one file each, from the text to what reaches the driver.

pub mod asyncpg;
pub mod choice;
pub mod comparison;
pub mod dj_database_url;
pub mod django;
pub mod django_environ;
pub mod intended;
pub mod libpq;
pub mod python;
pub mod reading;
pub mod sqlalchemy;
pub mod veil;

use crate::conninfo::Version;
use reading::{Reading, Refusal};
use sqlalchemy::Release;

/// Somebody who reads connection strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consumer {
    Libpq(Version),
    SqlAlchemy(Release),
    DjDatabaseUrl,
    DjangoEnviron,
    Asyncpg,
}

impl Consumer {
    /// All of them, libpq first.
    pub const ALL: [Self; 8] = [
        Self::Libpq(Version::V17),
        Self::Libpq(Version::V18),
        Self::SqlAlchemy(Release::V14),
        Self::SqlAlchemy(Release::V20),
        Self::SqlAlchemy(Release::V21),
        Self::DjDatabaseUrl,
        Self::DjangoEnviron,
        Self::Asyncpg,
    ];

    /// The name with the releases whose rules apply.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Libpq(Version::V18) => "libpq 18",
            Self::Libpq(_) => "libpq 12 to 17",
            Self::SqlAlchemy(Release::V14) => "SQLAlchemy 1.4",
            Self::SqlAlchemy(Release::V20) => "SQLAlchemy 2.0",
            Self::SqlAlchemy(Release::V21) => "SQLAlchemy 2.1",
            Self::DjDatabaseUrl => "dj-database-url 3",
            Self::DjangoEnviron => "django-environ 0.14",
            Self::Asyncpg => "asyncpg 0.32",
        }
    }

    /// What it makes of a connection string.
    ///
    /// # Errors
    ///
    /// Its refusal.
    pub fn read(self, text: &[u8]) -> Result<Reading, Refusal> {
        match self {
            Self::Libpq(version) => libpq::read(text, version),
            Self::SqlAlchemy(release) => sqlalchemy::read(text, release),
            Self::DjDatabaseUrl => dj_database_url::read(text),
            Self::DjangoEnviron => django_environ::read(text),
            Self::Asyncpg => asyncpg::read(text),
        }
    }
}
