//! The files of other tools, where a tool puts them unless told otherwise.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use super::Tool;
use super::content;
use super::naming::{Key, Naming, key, key_of_file};
use crate::migrations::files::Bounds;

/// How many entries of one directory are looked at.
const MOST_ENTRIES: usize = 20_000;

/// How far below its directory a tool's files are looked for.
const DEEPEST: usize = 4;

/// Where and how a tool keeps its migrations.
#[derive(Debug)]
pub struct Layout {
    /// Relative to the project; the first that holds migrations counts.
    pub directories: &'static [&'static str],
    pub entries: Entries,
    pub naming: Naming,
    pub waits: Waits,
    /// No other tool has files like these in such a place.
    pub is_telling: bool,
}

/// What stands for a migration.
#[derive(Debug)]
pub enum Entries {
    /// A file that ends so.
    Files(&'static [&'static str]),
    /// The same, in subdirectories too.
    Deep(&'static [&'static str]),
    /// A directory that holds this file.
    Directories(&'static str),
    /// A file that the module beside it names.
    Modules,
    /// An entry of Drizzle's journal.
    Journal,
}

/// Which of the migrations that are not recorded the tool would run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// All of them.
    Unrecorded,
    /// Those after the last that is recorded.
    AfterLast,
    /// Those after the first that is recorded: it may be a baseline.
    AfterFirst,
}

/// A migration that the project has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// As the project calls it.
    pub name: String,
    pub key: Key,
}

/// The files of a tool.
#[derive(Debug)]
pub struct Found {
    pub tool: &'static Tool,
    pub layout: &'static Layout,
    pub directory: PathBuf,
    /// In the order in which they run.
    pub migrations: Vec<Migration>,
}

/// Looks for the files of `tool`.
#[must_use]
pub fn find(project: &Path, bounds: &Bounds, tool: &'static Tool) -> Option<Found> {
    let layout = tool.files.as_ref()?;
    layout.directories.iter().find_map(|relative| {
        let directory = project.join(relative);
        // Through a symbolic link it could lie anywhere.
        let real = directory.canonicalize().ok().filter(|real| real.starts_with(project))?;
        let mut migrations = match layout.entries {
            Entries::Files(endings) => named(layout.naming, bounds, &files(&real, endings, 0)),
            Entries::Deep(endings) => named(layout.naming, bounds, &files(&real, endings, DEEPEST)),
            Entries::Directories(file) => {
                let others = entries(&real).filter(|(_, entry)| !entry.file_type().is_ok_and(|kind| kind.is_file()));
                let holding = others.map(|(_, entry)| entry.path()).filter(|path| path.join(file).is_file());
                named(layout.naming, bounds, &holding.collect::<Vec<PathBuf>>())
            }
            Entries::Modules => {
                let module = bounds.text(&real.join("lib.rs")).unwrap_or_default();
                let mut found = named(layout.naming, bounds, &files(&real, &[".rs"], 0));
                found.retain(|migration| content::names_module(&module, &migration.key));
                found
            }
            Entries::Journal => content::journal(&bounds.text(&real.join("meta/_journal.json")).ok()?)?,
        };
        migrations.sort_by(|one, other| (&one.key, &one.name).cmp(&(&other.key, &other.name)));
        migrations.dedup_by(|one, other| one.key == other.key);
        (!migrations.is_empty()).then_some(Found {
            tool,
            layout,
            directory,
            migrations,
        })
    })
}

/// The entries of a directory, those left out whose names are no text.
fn entries(directory: &Path) -> impl Iterator<Item = (String, DirEntry)> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let named = |entry: DirEntry| Some((entry.file_name().into_string().ok()?, entry));
    entries.take(MOST_ENTRIES).flatten().filter_map(named)
}

fn files(directory: &Path, endings: &[&str], depth: usize) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (name, entry) in entries(directory) {
        // The listing tells directories from the rest; what it calls a link is looked at when it is read.
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_directory && depth > 0 && !name.starts_with('.') {
            found.extend(files(&entry.path(), endings, depth - 1));
        } else if !is_directory && is_migration(&name, endings) {
            found.push(entry.path());
        }
    }
    found
}

fn is_migration(name: &str, endings: &[&str]) -> bool {
    let is_beside = name.contains(".down.")
        || name.contains(".Designer.")
        || name.ends_with("ModelSnapshot.cs")
        || name.ends_with("_test.go")
        || name.ends_with(".d.ts");
    endings.iter().any(|ending| name.ends_with(ending)) && !is_beside && !name.starts_with(['.', '_'])
}

fn named(naming: Naming, bounds: &Bounds, paths: &[PathBuf]) -> Vec<Migration> {
    let migration = |path: &PathBuf| {
        let name = path.file_name()?.to_str()?;
        let key = match naming {
            Naming::Class => Key::Name(content::class(&bounds.text(path).ok()?)?),
            naming => key_of_file(naming, name)?,
        };
        Some(Migration {
            name: name.to_owned(),
            key,
        })
    };
    paths.iter().filter_map(migration).collect()
}

/// What the files have and the record has not, and the other way round.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference<'a> {
    pub pending: Vec<&'a str>,
    /// Recorded as applied, as the record names them.
    pub without_file: Vec<&'a str>,
}

impl Found {
    /// Compares the files with the record; `None` where nothing is in both, so that they may be another database's, or another
    /// tool's.
    #[must_use]
    pub fn compare<'a>(&'a self, recorded: &'a [String]) -> Option<Difference<'a>> {
        let layout = self.layout;
        let rows: Vec<(&str, Key)> = recorded
            .iter()
            .filter_map(|name| Some((name.as_str(), key(layout.naming, name)?)))
            .collect();
        let is_recorded = |migration: &&Migration| rows.iter().any(|(_, key)| *key == migration.key);
        let is_known = self.migrations.iter().any(|migration| is_recorded(&migration));
        if !(is_known || layout.is_telling && recorded.is_empty()) {
            return None;
        }
        let (first, last) = (rows.iter().map(|row| &row.1).min(), rows.iter().map(|row| &row.1).max());
        let waits = |migration: &&Migration| match layout.waits {
            Waits::Unrecorded => !is_recorded(migration),
            Waits::AfterLast => Some(&migration.key) > last,
            Waits::AfterFirst => Some(&migration.key) > first && !is_recorded(migration),
        };
        let without_file =
            |(_, key): &&(&str, Key)| layout.waits == Waits::Unrecorded && self.migrations.iter().all(|migration| migration.key != *key);
        Some(Difference {
            pending: self
                .migrations
                .iter()
                .filter(waits)
                .map(|migration| migration.name.as_str())
                .collect(),
            without_file: rows.iter().filter(without_file).map(|(name, _)| *name).collect(),
        })
    }
}
