//! `dbdoctor.toml`: targets with names.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use crate::conninfo::mask::mask_dsn;
use crate::foreign::Foreign;
use crate::health::url::HealthUrl;
use crate::nearest::nearest;
use crate::request::{Asked, Need};
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
    "venv",
    "django",
    "flask",
    "schemas",
    "needs",
    "expect",
    "pool",
    "skip",
    "health_url",
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
    pub venv: Option<PathBuf>,
    /// The application is asked itself.
    pub application: Option<Asked>,
    pub schemas: Option<Vec<String>>,
    pub needs: Option<Vec<Need>>,
    pub expect: Expect,
    pub pool: Pool,
    pub skip: Vec<String>,
    pub health_url: Option<HealthUrl>,
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
    venv: Option<PathBuf>,
    django: Option<String>,
    flask: Option<String>,
    schemas: Option<Vec<String>>,
    needs: Option<Vec<String>>,
    #[serde(default)]
    expect: Expect,
    #[serde(default)]
    pool: Pool,
    #[serde(default)]
    skip: Vec<String>,
    health_url: Option<String>,
}

/// Which targets of the file are meant.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Every one, in the order of the file.
    All,
    /// Those of these names, in this order.
    Named(&'a [String]),
}

/// Finds the targets in the file that is named, or in the first that is there.
///
/// # Errors
///
/// What is wrong with the file, with its line.
pub fn find(which: Which<'_>, config: Option<&Path>) -> anyhow::Result<Vec<Target>> {
    let path = match config {
        Some(path) => path.to_owned(),
        None => PLACES
            .iter()
            .map(PathBuf::from)
            .find(|path| path.exists())
            .ok_or_else(|| anyhow::anyhow!("there is no dbdoctor.toml here and no /etc/dbdoctor.toml; --config names another file"))?,
    };
    let shown = Foreign::new(path.to_string_lossy());
    let text = crate::file::read(&path).map_err(|unread| match unread {
        crate::file::Unread::Refused(error) => anyhow::anyhow!("{shown} cannot be read: {error}"),
        crate::file::Unread::Unfit(why) => anyhow::anyhow!("{shown} {why}"),
    })?;
    let text = std::str::from_utf8(&text).map_err(|_| anyhow::anyhow!("{shown} is not UTF-8"))?;
    let mut targets = read(text, which).map_err(|why| anyhow::anyhow!("{shown}{why}"))?;
    for target in &mut targets {
        target.file.clone_from(&path);
    }
    Ok(targets)
}

/// The names in the file that is named, or in the first that is there; none where it cannot be read.
#[must_use]
pub fn names(config: Option<&Path>) -> Vec<String> {
    let place = || PLACES.iter().map(Path::new).find(|path| path.exists());
    let text = config.or_else(place).and_then(|path| crate::file::read(path).ok());
    let table = text.and_then(|text| toml::from_str::<toml::Table>(&String::from_utf8_lossy(&text)).ok());
    let targets = table.as_ref().and_then(|table| table.get("targets")?.as_table());
    targets.into_iter().flat_map(toml::Table::keys).cloned().collect()
}

/// Reads targets.
///
/// # Errors
///
/// What is wrong, beginning with ` line 3: ` or `: `.
fn read(text: &str, which: Which<'_>) -> Result<Vec<Target>, String> {
    let wrong = |error: &toml::de::Error| {
        let line = error
            .span()
            .map(|span| format!(" line {}", line_of(text, span.start)))
            .unwrap_or_default();
        // The message may repeat a value.
        format!("{line}: {}", Foreign::new(mask_dsn(error.message())))
    };
    let file: toml::Table = toml::from_str(text).map_err(|error| wrong(&error))?;
    let document = DeTable::parse(text).map_err(|error| wrong(&error))?;
    check_keys(text, document.get_ref(), "", &["targets"])?;
    let no_targets = DeTable::new();
    let targets = inner(document.get_ref(), "targets").unwrap_or(&no_targets);
    // Each with the place of its name in the text.
    let mut places: Vec<(&str, usize)> = Vec::new();
    for (name, value) in targets {
        places.push((name.get_ref().as_ref(), name.span().start));
        if let DeValue::Table(target) = value.get_ref() {
            let place = format!("targets.{}", name.get_ref());
            check_keys(text, target, &place, KEYS)?;
            for (table, known) in [("expect", EXPECT_KEYS), ("pool", POOL_KEYS)] {
                if let Some(table_of_target) = inner(target, table) {
                    check_keys(text, table_of_target, &format!("{place}.{table}"), known)?;
                }
            }
        }
    }
    places.sort_by_key(|(_, place)| *place);
    let entries_of = |name: &str| file.get("targets")?.get(name);
    let one = |name: &str, place: usize| {
        let in_target = |why: String| format!(": in the target that begins on line {}: {why}", line_of(text, place));
        let entries = entries_of(name).cloned().unwrap_or_else(|| toml::Table::new().into());
        let entries: Entries = entries
            .try_into()
            .map_err(|error: toml::de::Error| in_target(Foreign::new(mask_dsn(error.message())).to_string()))?;
        target(name, entries).map_err(in_target)
    };
    match which {
        Which::All if places.is_empty() => Err(": it has no [targets.…] at all".to_owned()),
        Which::All => places.iter().map(|(name, place)| one(name, *place)).collect(),
        Which::Named(names) => names
            .iter()
            .map(|name| match places.iter().find(|(known, _)| known == name) {
                Some((name, place)) => one(name, *place),
                None => Err(unknown(name, &places)),
            })
            .collect(),
    }
}

fn unknown(name: &str, places: &[(&str, usize)]) -> String {
    let names = || places.iter().map(|(name, _)| *name);
    let advice = match nearest(name, names()).first() {
        Some(near) => format!("; there is \"{}\"", Foreign::new(*near)),
        None if places.is_empty() => "; it has no [targets.…] at all".to_owned(),
        None => format!(
            "; there are {}",
            names()
                .map(|name| format!("\"{}\"", Foreign::new(name)))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    format!(": no target \"{}\"{advice}", Foreign::new(name))
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
    let application = match (entries.django, entries.flask) {
        (Some(_), Some(_)) => return Err("of django and flask, only one can be set".to_owned()),
        (django, flask) => django.map(Asked::Django).or(flask.map(Asked::Flask)),
    };
    let need = |text: &String| {
        Need::from_str(text, false).map_err(|_| format!("needs has \"{}\", which is no privilege", Foreign::new(text.as_str())))
    };
    Ok(Target {
        name: name.to_owned(),
        file: PathBuf::new(),
        origin,
        url_env: entries.url_env,
        project: entries.project,
        venv: entries.venv,
        application,
        schemas: entries.schemas,
        needs: entries
            .needs
            .map(|needs| needs.iter().map(need).collect::<Result<_, _>>())
            .transpose()?,
        expect: entries.expect,
        pool: entries.pool,
        skip: entries.skip,
        health_url: entries
            .health_url
            .map(|url| url.parse().map_err(|why| format!("health_url is {why}")))
            .transpose()?,
    })
}

/// Whether every key of the table is known.
fn check_keys(text: &str, table: &DeTable<'_>, place: &str, known: &[&str]) -> Result<(), String> {
    let Some(unknown) = table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) else {
        return Ok(());
    };
    let (key, line) = (unknown.get_ref().as_ref(), line_of(text, unknown.span().start));
    let place = if place.is_empty() {
        String::new()
    } else {
        format!(" in [{}]", Foreign::new(place))
    };
    let advice = match nearest(key, known.iter().copied()).first() {
        Some(near) => format!("; the nearest is \"{near}\""),
        None => format!("; known are {}", known.join(", ")),
    };
    Err(format!(" line {line}: unknown key \"{}\"{place}{advice}", Foreign::new(key)))
}

/// A table in a table.
fn inner<'a, 'text>(table: &'a DeTable<'text>, name: &str) -> Option<&'a DeTable<'text>> {
    let (_, value) = table.iter().find(|(key, _)| key.get_ref() == name)?;
    match value.get_ref() {
        DeValue::Table(inner) => Some(inner),
        _ => None,
    }
}

/// Counted from 1.
fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).split('\n').count()
}
