//! A Python virtual environment, read without running Python.

mod metadata;
pub mod version;

pub use metadata::site_packages;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::consumers::choice::Installed;
use crate::secret::Secret;
use version::Version;

/// The packages that decide how an application reaches its database.
const PACKAGES: &[&str] = &[
    "psycopg2",
    "psycopg2-binary",
    "psycopg2cffi",
    "psycopg",
    "psycopg-binary",
    "psycopg-c",
    "psycopg-pool",
    "asyncpg",
    "pg8000",
    "sqlalchemy",
    "django",
    "alembic",
    "flask-migrate",
    "flask-sqlalchemy",
    "dj-database-url",
    "django-environ",
    "greenlet",
];

/// What is installed there.
#[derive(Debug, Clone, Default)]
pub struct Venv {
    pub path: PathBuf,
    /// Names as the index normalises them, with their versions.
    pub packages: BTreeMap<&'static str, Version>,
    /// The system's packages can be imported too, so that what is missing here may be there.
    pub sees_system: bool,
    /// libpq that a driver's wheel brings along: `libpq 17 of psycopg-binary`.
    pub bundled: Vec<String>,
    /// Whether any package at all was found: an empty directory proves nothing.
    pub readable: bool,
}

/// Why a directory is no virtual environment.
#[derive(Debug)]
pub struct NoVenv(pub String);

impl Venv {
    /// Reads the environment in this directory.
    ///
    /// # Errors
    ///
    /// Why it is none.
    pub fn read(path: &Path) -> Result<Self, NoVenv> {
        let directories = metadata::site_packages(path);
        if directories.is_empty() {
            return Err(NoVenv("it has no lib/python*/site-packages".to_owned()));
        }
        let config = crate::file::of_system(path.join("pyvenv.cfg")).unwrap_or_default();
        let sees_system = config
            .lines()
            .filter_map(|line| line.split_once('='))
            .any(|(name, value)| name.trim() == "include-system-site-packages" && value.trim().eq_ignore_ascii_case("true"));
        let mut venv = Self {
            path: path.to_owned(),
            sees_system,
            ..Self::default()
        };
        for directory in &directories {
            for (name, version) in metadata::installed(directory) {
                venv.readable = true;
                if let Some(known) = PACKAGES.iter().find(|known| **known == name) {
                    venv.packages.insert(known, version);
                }
            }
            venv.bundled.extend(metadata::bundled_libpq(directory));
        }
        Ok(venv)
    }

    /// Whether a package is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.packages.contains_key(name)
    }

    /// Whether nothing but what is listed here can be imported.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.readable && !self.sees_system
    }

    /// What the readers of connection strings are chosen by.
    #[must_use]
    pub fn installed(&self) -> Installed {
        let versions = self
            .packages
            .iter()
            .map(|(name, version)| ((*name).to_owned(), version.to_string()));
        versions.collect()
    }

    /// `Django 5.2, psycopg 3.2.1`
    #[must_use]
    pub fn described(&self) -> String {
        let packages: Vec<String> = self.packages.iter().map(|(name, version)| format!("{name} {version}")).collect();
        if packages.is_empty() {
            "no driver and no framework".to_owned()
        } else {
            packages.join(", ")
        }
    }
}

/// The environment that was named, else one in the project, else the active one.
#[must_use]
pub fn of_project(project: &Path, named: Option<&Path>, active: Option<&Path>) -> Option<PathBuf> {
    if let Some(named) = named {
        return Some(named.to_owned());
    }
    let own = ["venv", ".venv"].map(|name| project.join(name));
    own.into_iter().chain(active.map(Path::to_owned)).find(|path| is_one(path))
}

/// The virtual environment of a program, or of an environment's `VIRTUAL_ENV` and `PATH`.
#[must_use]
pub fn of_service(programs: &[PathBuf], variables: &BTreeMap<String, Secret>, root: &Path) -> Option<PathBuf> {
    let rooted = |path: &Path| root.join(path.strip_prefix("/").unwrap_or(path));
    let above_bin = |bin: &Path| bin.parent().map(Path::to_owned);
    let of_programs = programs.iter().filter_map(|program| above_bin(program.parent()?));
    let text = |name: &str| variables.get(name).and_then(Secret::reveal_str).unwrap_or_default();
    let named = Some(PathBuf::from(text("VIRTUAL_ENV"))).filter(|path| path.is_absolute());
    let on_path = text("PATH").split(':').filter_map(|bin| above_bin(Path::new(bin)));
    of_programs
        .chain(named)
        .chain(on_path)
        .map(|path| rooted(&path))
        .find(|path| is_one(path))
}

fn is_one(path: &Path) -> bool {
    path.join("pyvenv.cfg").is_file()
}
