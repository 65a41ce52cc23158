//! `dbdoctor.toml`: targets with names.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use crate::conninfo::mask::mask_dsn;
use crate::foreign::Foreign;
use crate::nearest::nearest;
use crate::request::Need;
use crate::secret::Secret;

/// Where the file is looked for, when none is named.
const PLACES: &[&str] = &["dbdoctor.toml", "/etc/dbdoctor.toml"];

const KEYS: &[&str] = &[
    "unit",
    "env_file",
    "pid_file",
    "container",
    "url_env",
    "dsn",
    "project",
    "schemas",
    "needs",
    "expect",
    "pool",
    "skip",
];
const EXPECT_KEYS: &[&str] = &["database", "user", "tables"];
const POOL_KEYS: &[&str] = &["hosts", "workers", "threads", "pool_size", "max_overflow"];

/// One target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    pub name: String,
    /// The file that it stands in.
    pub file: PathBuf,
    pub origin: Option<Named>,
    pub url_env: Option<String>,
    pub project: Option<PathBuf>,
    pub schemas: Option<Vec<String>>,
    pub needs: Option<Vec<Need>>,
    pub expect: Expect,
    pub pool: Pool,
    pub skip: Vec<String>,
}

/// Where the target's settings are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Unit(String),
    EnvFile(PathBuf),
    PidFile(PathBuf),
    Container(String),
    Dsn(Secret),
}

/// What the settings have to lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Expect {
    pub database: Option<String>,
    pub user: Option<String>,
    #[serde(default)]
    pub tables: Vec<String>,
}

/// What is known of the application's connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Pool {
    pub hosts: Option<u32>,
    pub workers: Option<u32>,
    pub threads: Option<u32>,
    pub pool_size: Option<u32>,
    pub max_overflow: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Entries {
    unit: Option<String>,
    env_file: Option<PathBuf>,
    pid_file: Option<PathBuf>,
    container: Option<String>,
    url_env: Option<String>,
    dsn: Option<String>,
    project: Option<PathBuf>,
    schemas: Option<Vec<String>>,
    needs: Option<Vec<String>>,
    #[serde(default)]
    expect: Expect,
    #[serde(default)]
    pool: Pool,
    #[serde(default)]
    skip: Vec<String>,
}

/// Finds the target of this name in the file that is named, or in the first that is there.
///
/// # Errors
///
/// What is wrong with the file, with its line.
pub fn find(name: &str, config: Option<&Path>) -> anyhow::Result<Target> {
    let path = match config {
        Some(path) => path.to_owned(),
        None => PLACES
            .iter()
            .map(PathBuf::from)
            .find(|path| path.exists())
            .ok_or_else(|| anyhow::anyhow!("there is no dbdoctor.toml here and no /etc/dbdoctor.toml; --config names another file"))?,
    };
    let shown = Foreign::new(path.to_string_lossy());
    let text = crate::settings::file::read(&path).map_err(|unread| match unread {
        crate::settings::file::Unread::Refused(error) => anyhow::anyhow!("{shown} cannot be read: {error}"),
        crate::settings::file::Unread::Unfit(why) => anyhow::anyhow!("{shown} {why}"),
    })?;
    let text = String::from_utf8(text).map_err(|_| anyhow::anyhow!("{shown} is not UTF-8"))?;
    let mut target = read(&text, name).map_err(|why| anyhow::anyhow!("{shown}{why}"))?;
    target.file = path;
    Ok(target)
}

/// The names in the file that is named, or in the first that is there; none where it cannot be read.
#[must_use]
pub fn names(config: Option<&Path>) -> Vec<String> {
    let place = || PLACES.iter().map(Path::new).find(|path| path.exists());
    let text = config.or_else(place).and_then(|path| crate::settings::file::read(path).ok());
    let table = text.and_then(|text| toml::from_str::<toml::Table>(&String::from_utf8_lossy(&text)).ok());
    let targets = table.as_ref().and_then(|table| table.get("targets")?.as_table());
    targets.into_iter().flat_map(toml::Table::keys).cloned().collect()
}

/// Reads the target of this name.
///
/// # Errors
///
/// What is wrong, beginning with ` line 3: ` or `: `.
pub fn read(text: &str, name: &str) -> Result<Target, String> {
    let wrong = |error: &toml::de::Error| {
        let line = error
            .span()
            .map(|span| format!(" line {}", line_of(text, span.start)))
            .unwrap_or_default();
        // The message may repeat a value.
        format!("{line}: {}", Foreign::new(mask_dsn(error.message())))
    };
    let file: toml::Table = toml::from_str(text).map_err(|error| wrong(&error))?;
    check_keys(text, &[], &["targets"])?;
    let targets = file.get("targets").and_then(toml::Value::as_table);
    let names: Vec<&str> = targets.into_iter().flat_map(toml::Table::keys).map(String::as_str).collect();
    for target in &names {
        check_keys(text, &["targets", target], KEYS)?;
        check_keys(text, &["targets", target, "expect"], EXPECT_KEYS)?;
        check_keys(text, &["targets", target, "pool"], POOL_KEYS)?;
    }
    let Some(value) = targets.and_then(|targets| targets.get(name)) else {
        let advice = match nearest(name, names.iter().copied()).first() {
            Some(near) => format!("; there is \"{}\"", Foreign::new(*near)),
            None if names.is_empty() => "; it has no [targets.…] at all".to_owned(),
            None => format!(
                "; there are {}",
                names
                    .iter()
                    .map(|name| format!("\"{}\"", Foreign::new(*name)))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        };
        return Err(format!(": no target \"{}\"{advice}", Foreign::new(name)));
    };
    let entries: Entries = value.clone().try_into().map_err(|error: toml::de::Error| {
        let line = line_of_key(text, &["targets"], name).unwrap_or(1);
        format!(
            ": in the target that begins on line {line}: {}",
            Foreign::new(mask_dsn(error.message()))
        )
    })?;
    target(name, entries).map_err(|why| {
        let line = line_of_key(text, &["targets"], name).unwrap_or(1);
        format!(": in the target that begins on line {line}: {why}")
    })
}

fn target(name: &str, entries: Entries) -> Result<Target, String> {
    use clap::ValueEnum as _;

    let named = [
        entries.unit.map(Named::Unit),
        entries.env_file.map(Named::EnvFile),
        entries.pid_file.map(Named::PidFile),
        entries.container.map(Named::Container),
        entries.dsn.map(|dsn| Named::Dsn(Secret::from(dsn))),
    ];
    let mut named = named.into_iter().flatten();
    let origin = named.next();
    if named.next().is_some() {
        return Err("of unit, env_file, pid_file, container and dsn, only one can be set".to_owned());
    }
    let need = |text: &String| {
        Need::from_str(text, false).map_err(|_| format!("needs has \"{}\", which is no privilege", Foreign::new(text.as_str())))
    };
    Ok(Target {
        name: name.to_owned(),
        file: PathBuf::new(),
        origin,
        url_env: entries.url_env,
        project: entries.project,
        schemas: entries.schemas,
        needs: entries
            .needs
            .map(|needs| needs.iter().map(need).collect::<Result<_, _>>())
            .transpose()?,
        expect: entries.expect,
        pool: entries.pool,
        skip: entries.skip,
    })
}

/// Whether every key of the table is known.
fn check_keys(text: &str, table: &[&str], known: &[&str]) -> Result<(), String> {
    for (key, line) in keys(text, table) {
        if known.contains(&key.as_str()) {
            continue;
        }
        let place = if table.is_empty() {
            String::new()
        } else {
            format!(" in [{}]", Foreign::new(table.join(".")))
        };
        let advice = match nearest(&key, known.iter().copied()).first() {
            Some(near) => format!("; the nearest is \"{near}\""),
            None => format!("; known are {}", known.join(", ")),
        };
        return Err(format!(" line {line}: unknown key \"{}\"{place}{advice}", Foreign::new(key)));
    }
    Ok(())
}

fn line_of_key(text: &str, table: &[&str], key: &str) -> Option<usize> {
    keys(text, table).into_iter().find(|(known, _)| known == key).map(|(_, line)| line)
}

/// The keys of a table with their lines; empty where it is no table.
fn keys(text: &str, table: &[&str]) -> Vec<(String, usize)> {
    let Ok(document) = DeTable::parse(text) else { return Vec::new() };
    let mut level = document.get_ref();
    for name in table {
        let next = level
            .iter()
            .find(|(key, _)| key.get_ref() == name)
            .map(|(_, value)| value.get_ref());
        match next {
            Some(DeValue::Table(next)) => level = next,
            Some(_) | None => return Vec::new(),
        }
    }
    level
        .keys()
        .map(|key| (key.get_ref().to_string(), line_of(text, key.span().start)))
        .collect()
}

/// Counted from 1.
fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).split('\n').count()
}
