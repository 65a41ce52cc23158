//! The files of other tools, by their names alone: where a tool puts them unless told otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use super::Tool;

/// How many entries of one directory are looked at.
const MOST_ENTRIES: usize = 20_000;

/// Where and how a tool keeps its migrations.
#[derive(Debug)]
pub struct Layout {
    /// Relative to the project; the first that holds migrations counts.
    pub directories: &'static [&'static str],
    pub entries: Entries,
    pub naming: Naming,
}

/// What stands for a migration.
#[derive(Debug)]
pub enum Entries {
    /// A file that ends so.
    Files(&'static [&'static str]),
    /// A directory that holds this file.
    Directories(&'static str),
}

/// How the record names it.
#[derive(Debug, Clone, Copy)]
pub enum Naming {
    Whole,
    /// Without the extension.
    Stem,
    /// The digits in front, hyphens between them left out, as a number.
    Number,
    /// With the extension; of `V1_2__x.sql` alone it is certain that it has to run, and only after what has run.
    Flyway,
}

/// The files of a tool.
#[derive(Debug)]
pub struct Found {
    pub tool: &'static Tool,
    pub directory: PathBuf,
    /// As the record would name them, in their order.
    pub migrations: Vec<String>,
}

/// Looks for the files of `tool`.
#[must_use]
pub fn find(project: &Path, tool: &'static Tool) -> Option<Found> {
    let layout = tool.files.as_ref()?;
    layout.directories.iter().find_map(|relative| {
        let directory = project.join(relative);
        // Through a symbolic link it could lie anywhere.
        let real = directory.canonicalize().ok().filter(|real| real.starts_with(project))?;
        let mut names: Vec<String> = fs::read_dir(&real)
            .ok()?
            .take(MOST_ENTRIES)
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| is_migration(&real, name, &layout.entries))
            .collect();
        names.sort_unstable();
        if let Naming::Flyway = layout.naming {
            names.sort_by_key(|name| flyway_version(name));
        }
        let mut migrations: Vec<String> = names.iter().filter_map(|name| named(name, layout.naming)).collect();
        migrations.dedup();
        (!migrations.is_empty()).then_some(Found {
            tool,
            directory,
            migrations,
        })
    })
}

fn is_migration(directory: &Path, name: &str, entries: &Entries) -> bool {
    match entries {
        Entries::Files(endings) => {
            let is_beside =
                name.contains(".down.") || name.contains(".Designer.") || name.ends_with("ModelSnapshot.cs") || name.ends_with(".d.ts");
            endings.iter().any(|ending| name.ends_with(ending)) && !is_beside && !name.starts_with(['.', '_'])
        }
        Entries::Directories(file) => directory.join(name).join(file).is_file(),
    }
}

fn named(name: &str, naming: Naming) -> Option<String> {
    match naming {
        Naming::Whole => Some(name.to_owned()),
        Naming::Stem => Some(name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()),
        Naming::Number => number(name),
        Naming::Flyway => flyway_version(name).map(|_| name.to_owned()),
    }
}

/// The version in the name of a versioned migration of Flyway's: `V1_2__x.sql` is 1.2.
#[must_use]
pub fn flyway_version(name: &str) -> Option<Vec<u64>> {
    let (version, _) = name.strip_prefix('V')?.split_once("__")?;
    let mut parts: Vec<u64> = version.split(['_', '.']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    // 1.0 is 1.
    while parts.last() == Some(&0) {
        parts.pop();
    }
    Some(parts)
}

/// The digits in front of a name, or of a version, without leading zeros.
#[must_use]
pub fn number(name: &str) -> Option<String> {
    let end = name.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(name.len());
    let digits: String = name[..end].chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    Some(if significant.is_empty() { "0" } else { significant }.to_owned())
}
