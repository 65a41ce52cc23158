//! The names under which applications keep their database settings.

use crate::conninfo::keyword::KEYWORDS;

/// Variables that hold a whole URL, the most trusted first.
pub const URLS: &[&str] = &[
    "DATABASE_URL",
    "SQLALCHEMY_DATABASE_URI",
    "SQLALCHEMY_DATABASE_URL",
    "FLASK_SQLALCHEMY_DATABASE_URI",
    "DJANGO_DATABASE_URL",
    "DB_URL",
    "DATABASE_URI",
    "POSTGRES_URL",
    "POSTGRESQL_URL",
    "PG_URL",
    "PGURL",
    "ASYNC_DATABASE_URL",
    "DATABASE_CONNECTION_POOL_URL",
    "CRUNCHY_DATABASE_URL",
    "ELEPHANTSQL_URL",
    "TIMESCALE_SERVICE_URL",
    "SCALINGO_POSTGRESQL_URL",
    "POSTGRESQL_ADDON_URI",
    "AZURE_POSTGRESQL_CONNECTIONSTRING",
    "DATABASE_PRIVATE_URL",
    "DATABASE_PUBLIC_URL",
    "POSTGRES_PRISMA_URL",
    "POSTGRES_URL_NON_POOLING",
    "DATABASE_URL_UNPOOLED",
    "DIRECT_URL",
];

/// Of those, the ones that lead to the same database by another road, so that they differ from the rest by design.
pub const OTHER_ROADS: &[&str] = &[
    "DATABASE_CONNECTION_POOL_URL",
    "DATABASE_PRIVATE_URL",
    "DATABASE_PUBLIC_URL",
    "POSTGRES_PRISMA_URL",
    "POSTGRES_URL_NON_POOLING",
    "DATABASE_URL_UNPOOLED",
    "DIRECT_URL",
];

/// A set of variables, one for each part of a connection.
#[derive(Debug, PartialEq, Eq)]
pub struct Set {
    /// What the names begin with.
    pub prefix: &'static str,
    /// What follows the prefix, and the keyword of libpq that it sets; the first name that is set wins.
    pub parts: &'static [(&'static str, &'static str)],
}

const COMMON: &[(&str, &str)] = &[
    ("HOST", "host"),
    ("HOSTNAME", "host"),
    ("PORT", "port"),
    ("NAME", "dbname"),
    ("DB", "dbname"),
    ("DATABASE", "dbname"),
    ("DB_NAME", "dbname"),
    ("DBNAME", "dbname"),
    ("USER", "user"),
    ("USERNAME", "user"),
    ("PASSWORD", "password"),
    ("PASS", "password"),
    ("SSLMODE", "sslmode"),
    ("SSLROOTCERT", "sslrootcert"),
];

const fn set(prefix: &'static str) -> Set {
    Set { prefix, parts: COMMON }
}

/// The sets, the most trusted first.
pub const SETS: &[Set] = &[
    set("DB_"),
    set("DATABASE_"),
    set("POSTGRES_"),
    set("POSTGRESQL_"),
    set("SQL_"),
    set("RDS_"),
    set("POSTGRESQL_ADDON_"),
    set("AZURE_POSTGRESQL_"),
];

/// libpq's variables that say where to connect; one of them is enough to mean a connection.
pub const LIBPQ: &[&str] = &["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE", "PGUSER", "PGPORT", "PGPASSWORD"];

/// Every name of a URL and of a set's part.
#[must_use]
pub fn names() -> Vec<String> {
    let of_sets = SETS
        .iter()
        .flat_map(|set| set.parts.iter().map(|(suffix, _)| format!("{}{suffix}", set.prefix)));
    URLS.iter().map(|name| (*name).to_owned()).chain(of_sets).collect()
}

/// Whether a variable of this name decides about the connection.
#[must_use]
pub fn is_relevant(name: &str) -> bool {
    let heroku = name.starts_with("HEROKU_POSTGRESQL_") && name.ends_with("_URL");
    let of_a_set = || {
        SETS.iter()
            .any(|set| name.strip_prefix(set.prefix).is_some_and(|suffix| is_part(set, suffix)))
    };
    let of_libpq = || name == "PGREQUIRESSL" || LIBPQ_FILES.contains(&name) || KEYWORDS.iter().any(|keyword| keyword.env == Some(name));
    URLS.contains(&name) || heroku || name.starts_with("POSTGRESQLCONNSTR_") || of_a_set() || of_libpq()
}

/// Whether a variable of this name can say by itself where the database is.
#[must_use]
pub fn decides(name: &str) -> bool {
    let url =
        URLS.contains(&name) || name.starts_with("POSTGRESQLCONNSTR_") || name.starts_with("HEROKU_POSTGRESQL_") && name.ends_with("_URL");
    url || matches!(keyword_of(name), Some("host" | "dbname")) || ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"].contains(&name)
}

/// The keyword of libpq that a variable of a set gives.
#[must_use]
pub fn keyword_of(name: &str) -> Option<&'static str> {
    SETS.iter().find_map(|set| {
        let suffix = name.strip_prefix(set.prefix)?;
        set.parts.iter().find(|(known, _)| *known == suffix).map(|(_, keyword)| *keyword)
    })
}

fn is_part(set: &Set, suffix: &str) -> bool {
    suffix == "ENGINE" || set.parts.iter().any(|(known, _)| *known == suffix)
}

/// libpq's variables that say where files are.
const LIBPQ_FILES: &[&str] = &["PGSERVICEFILE", "PGSYSCONFDIR"];
