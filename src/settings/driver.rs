//! Whether the virtual environment has what the settings need.

use std::path::Path;

use super::repaired;
use super::source::Source;
use crate::conninfo::scheme::{self, Form};
use crate::finding::config::{driver_mismatch, driver_missing, legacy_scheme};
use crate::finding::{Finding, Severity};
use crate::venv::Venv;

/// Drivers of SQLAlchemy's dialect, the modules that they import, the packages that have them, and what to install.
const DRIVERS: &[(&str, &[&str], &str)] = &[
    ("psycopg2", &["psycopg2", "psycopg2-binary"], "psycopg2-binary"),
    ("psycopg2cffi", &["psycopg2cffi"], "psycopg2cffi"),
    ("psycopg", &["psycopg"], "psycopg[binary]"),
    ("psycopg_async", &["psycopg"], "psycopg[binary]"),
    ("asyncpg", &["asyncpg"], "asyncpg"),
    ("pg8000", &["pg8000"], "pg8000"),
];

/// How many Python files of the project are searched.
const MOST_FILES: usize = 2_000;

fn has(venv: &Venv, driver: &str) -> bool {
    let packages = DRIVERS
        .iter()
        .find(|(name, ..)| *name == driver)
        .map_or(&[][..], |(_, packages, _)| packages);
    packages.iter().any(|package| venv.has(package))
}

/// Judges the installed packages against the connection string, or against a set of variables where `text` is none.
#[must_use]
pub fn judge(source: &Source, text: Option<&[u8]>, venv: &Venv, project: Option<&Path>) -> Vec<Finding> {
    let mut found = Vec::new();
    if !venv.readable {
        return found;
    }
    let form = text.map(|text| (text, scheme::classify(text.trim_ascii())));
    match form {
        Some((text, Form::SqlAlchemy { driver, .. })) => {
            let driver = String::from_utf8_lossy(&text.trim_ascii()[driver]).into_owned();
            named_driver(source, venv, &driver, &mut found);
        }
        Some((text, Form::Libpq { legacy, body })) if venv.has("sqlalchemy") && !venv.has("django") => {
            plain_scheme(source, venv, project, text.trim_ascii(), legacy, body, &mut found);
        }
        _ => any_driver(source, venv, &mut found),
    }
    found
}

fn named_driver(source: &Source, venv: &Venv, driver: &str, found: &mut Vec<Finding>) {
    let Some((_, _, package)) = DRIVERS.iter().find(|(name, ..)| *name == driver) else {
        return;
    };
    let sqlalchemy = venv.packages.get("sqlalchemy");
    if driver.starts_with("psycopg") && !driver.starts_with("psycopg2") && sqlalchemy.is_some_and(|version| !version.at_least(2, 0)) {
        let needs = format!("{driver} in a URL needs SQLAlchemy 2.0 or later");
        found.push(driver_mismatch::version(source, venv, &needs, "SQLAlchemy>=2"));
        return;
    }
    if venv.is_complete() && !has(venv, driver) {
        found.push(driver_missing::found(
            venv,
            driver,
            package,
            &format!("{source} names the driver {driver}"),
        ));
    }
}

fn plain_scheme(source: &Source, venv: &Venv, project: Option<&Path>, text: &[u8], legacy: bool, body: usize, found: &mut Vec<Finding>) {
    let Some(sqlalchemy) = venv.packages.get("sqlalchemy") else {
        return;
    };
    let code = Code::search(project);
    if legacy && sqlalchemy.at_least(1, 4) && !code.rewrites_scheme {
        found.push(legacy_scheme::refused_by(
            source,
            &repaired::url(text, body, "postgresql"),
            sqlalchemy,
        ));
    }
    let loaded = if sqlalchemy.at_least(2, 1) { "psycopg" } else { "psycopg2" };
    if !venv.is_complete() || has(venv, loaded) {
        return;
    }
    let others = ["psycopg2", "psycopg", "asyncpg", "pg8000"];
    match others.into_iter().find(|driver| has(venv, driver)) {
        Some(installed) => {
            // Code that names a driver of its own loads that one.
            let certain = !code.names_driver && code.searched;
            let repaired = repaired::url(text, body, &format!("postgresql+{installed}"));
            found.push(driver_mismatch::default_driver(
                source, venv, sqlalchemy, loaded, installed, &repaired, certain,
            ));
        }
        None => any_driver(source, venv, found),
    }
}

/// Some driver for PostgreSQL has to be there, of a version that Django takes.
fn any_driver(source: &Source, venv: &Venv, found: &mut Vec<Finding>) {
    let drivers = ["psycopg", "psycopg2", "asyncpg", "pg8000", "psycopg2cffi"];
    let django = venv.packages.get("django");
    let usable = match django {
        Some(_) => &drivers[..2],
        None => &drivers[..],
    };
    if !usable.iter().any(|driver| has(venv, driver)) {
        let framework = django.map(|version| format!("Django {version}"));
        let framework = framework.or_else(|| Some(format!("SQLAlchemy {}", venv.packages.get("sqlalchemy")?)));
        // Without a framework, the environment may be that of something else.
        let Some(framework) = framework.filter(|_| venv.is_complete()) else {
            return;
        };
        let driver = "psycopg or psycopg2";
        found.push(driver_missing::found(
            venv,
            driver,
            "psycopg[binary]",
            &format!("{framework} needs a driver for {source}"),
        ));
        return;
    }
    if let (Some(django), Some(psycopg)) = (django, venv.packages.get("psycopg"))
        && !has(venv, "psycopg2")
        && !django.at_least(4, 2)
    {
        let needs = format!("psycopg {psycopg} needs Django 4.2 or later");
        found.push(driver_mismatch::version(source, venv, &needs, "Django>=4.2").severity(Severity::Fail));
    }
}

/// What the project's code does with URLs, as far as a search for words tells.
#[derive(Debug, Default)]
struct Code {
    searched: bool,
    /// Some code names `postgres://`, as one does to replace it.
    rewrites_scheme: bool,
    /// Some code names a driver for a URL.
    names_driver: bool,
}

impl Code {
    fn search(project: Option<&Path>) -> Self {
        let mut code = Self::default();
        let mut directories: Vec<_> = project.into_iter().map(|path| (path.to_owned(), 0)).collect();
        let mut left = MOST_FILES;
        while let Some((directory, depth)) = directories.pop() {
            for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
                let path = entry.path();
                let Ok(kind) = entry.file_type() else { continue };
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                if kind.is_dir() && !hidden && depth < 4 && !path.join("pyvenv.cfg").exists() && !path.ends_with("node_modules") {
                    directories.push((path, depth + 1));
                } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "py") && left > 0 {
                    left -= 1;
                    code.searched = true;
                    let text = crate::file::read(&path).unwrap_or_default();
                    let holds = |word: &[u8]| text.windows(word.len()).any(|part| part == word);
                    code.rewrites_scheme |= holds(b"postgres:");
                    code.names_driver |= [&b"postgresql+"[..], b"drivername", b"+asyncpg", b"+psycopg", b"creator"]
                        .iter()
                        .any(|word| holds(word));
                }
            }
        }
        code
    }
}
