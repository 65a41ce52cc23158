//! SQLAlchemy: `make_url`, then what the dialect hands to its driver.

pub mod arguments;
pub mod url;

use self::arguments::Arguments;
use self::url::make_url;
use super::libpq;
use super::reading::{Place, Reading, Refusal, filled};
use crate::foreign::Foreign;
use crate::secret::Secret;

/// Whose rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Release {
    V14,
    V20,
    V21,
}

/// The drivers, as far as they get different arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// psycopg2, psycopg and their kin, which hand everything on to libpq.
    Libpq,
    Asyncpg,
    /// Others, in pure Python.
    Other,
}

/// Dialects of other databases, which this is not about.
const FOREIGN_DIALECTS: &[&str] = &["mysql", "mariadb", "oracle", "sqlite", "mssql"];

/// Reads a URL as `create_engine` and the first connection do, up to where a server would be contacted.
///
/// # Errors
///
/// Where SQLAlchemy, or libpq behind it, refuses.
pub fn read(text: &[u8], release: Release) -> Result<Reading, Refusal> {
    let (name, url) = make_url(text, release)?;
    let driver = driver(&name, release)?;
    let arguments = Arguments::of(&url, driver, release)?;
    reading(&arguments, driver)
}

/// The driver that a dialect's name stands for.
///
/// # Errors
///
/// There is no such dialect, or it is not PostgreSQL's.
pub fn driver(name: &str, release: Release) -> Result<Driver, Refusal> {
    if name.matches('+').count() > 1 {
        return Err(Refusal::raised("ValueError", "too many values to unpack (expected 2)"));
    }
    let (dialect, driver) = name
        .split_once('+')
        .map_or((name, None), |(dialect, driver)| (dialect, Some(driver)));
    if FOREIGN_DIALECTS.contains(&dialect) {
        return Err(Refusal::said(format!("the dialect \"{dialect}\" is not PostgreSQL's")));
    }
    let known = match (dialect, driver) {
        ("postgresql", None | Some("psycopg2" | "psycopg2cffi")) => Some(Driver::Libpq),
        ("postgresql", Some("psycopg" | "psycopg_async")) if release > Release::V14 => Some(Driver::Libpq),
        ("postgresql", Some("asyncpg")) => Some(Driver::Asyncpg),
        ("postgresql", Some("pg8000")) => Some(Driver::Other),
        ("postgresql", Some("pygresql" | "pypostgresql")) if release == Release::V14 => Some(Driver::Other),
        _ => None,
    };
    known.ok_or_else(|| {
        let plugin = Foreign::new(name.replace('+', "."));
        Refusal::raised("NoSuchModuleError", format!("Can't load plugin: sqlalchemy.dialects:{plugin}"))
    })
}

fn reading(arguments: &Arguments, driver: Driver) -> Result<Reading, Refusal> {
    let database = match driver {
        Driver::Libpq => arguments.last("dbname").or_else(|| arguments.last("database")),
        Driver::Asyncpg | Driver::Other => arguments.last("database"),
    };
    let places = if driver == Driver::Libpq {
        let last = |name| arguments.last(name).unwrap_or_default();
        libpq::places(last("host"), last("hostaddr"), last("port"))?
    } else {
        let ports = arguments.values("port");
        let place = |(index, host): (usize, &Vec<u8>)| Place {
            host: filled(host),
            port: ports.get(index).or(ports.first()).and_then(|port| filled(port)),
        };
        let places: Vec<Place> = arguments.values("host").iter().enumerate().map(place).collect();
        if places.is_empty() {
            let port = ports.first().and_then(|port| filled(port));
            vec![Place { host: None, port }]
        } else {
            places
        }
    };
    let secret = |name| arguments.last(name).and_then(filled);
    Ok(Reading {
        places,
        user: secret("user"),
        password: secret("password"),
        database: database.and_then(filled),
        parameters: arguments
            .others()
            .map(|(name, value)| (Secret::new(name), Secret::new(value)))
            .collect(),
    })
}
