//! Alembic's trees, Flask-Migrate's among them.

pub mod config;
pub mod env;
pub mod graph;
pub mod revision;
mod runner;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::files::Bounds;
use super::files::Listed;
use super::walk::Landmarks;
use super::{Unread, files};
use crate::foreign::Foreign;
use config::Settings;
pub use env::VersionTable;
pub use graph::{Applied, Fault, Graph};
use revision::Read;
pub use revision::Revision;
pub use runner::Runner;

/// How many directories below one version location are searched.
const MOST_DIRECTORIES: usize = 1_000;

/// One script directory with its revisions.
#[derive(Debug)]
pub struct Tree {
    /// The script directory: the one with `env.py`.
    pub path: PathBuf,
    pub runner: Runner,
    pub version_table: VersionTable,
    pub graph: Graph,
    /// What could not be told without running it. While this is not empty, the graph may lack revisions and links.
    pub unread: Vec<Unread>,
    /// Revisions in directories below the version locations that no configuration names: left over, or named by code.
    pub left_out: Vec<Revision>,
}

impl Tree {
    /// The tool as people call it.
    #[must_use]
    pub fn tool(&self) -> &'static str {
        self.runner.tool()
    }

    /// Several heads that are not kept apart on purpose. A file that could not be read may join them.
    #[must_use]
    pub fn has_stray_heads(&self) -> bool {
        self.unread.is_empty() && self.graph.heads().len() > 1 && !self.graph.heads_are_labelled()
    }
}

/// One configuration: the files of one directory, merged.
struct Configured {
    directory: PathBuf,
    settings: Settings,
}

/// How a script directory was found.
#[derive(Clone, Copy)]
enum Found<'a> {
    /// A configuration names it; Alembic is run in `run_in`.
    Named { run_in: &'a Path, config: &'a Path },
    /// It holds a configuration that names none, as Flask-Migrate writes it.
    HoldsConfiguration,
    /// By its files alone.
    Bare,
}

/// Reads every tree that the landmarks lead to.
pub(super) fn trees(project: &Path, bounds: &Bounds, landmarks: &Landmarks, unread: &mut Vec<Unread>) -> Vec<Tree> {
    let mut trees: Vec<Tree> = Vec::new();
    let mut configured = configurations(landmarks, bounds, unread);
    // A tree may be named from two places; the one that spells its location out knows more.
    configured.sort_by_key(|one| one.settings.script_location.is_none());
    for one in configured {
        let tree = match &one.settings.script_location {
            Some(location) => located(project, bounds, &one, location),
            None if landmarks.script_directories.contains(&one.directory) => {
                plant(project, bounds, &one.directory, Found::HoldsConfiguration, &one.settings)
            }
            None => continue,
        };
        if trees.iter().all(|other| other.path != tree.path) {
            trees.push(tree);
        }
    }
    for directory in &landmarks.script_directories {
        if trees.iter().all(|tree| tree.path != *directory) {
            trees.push(plant(project, bounds, directory, Found::Bare, &Settings::default()));
        }
    }
    trees.sort_by(|a, b| a.path.cmp(&b.path));
    trees
}

fn configurations(landmarks: &Landmarks, bounds: &Bounds, unread: &mut Vec<Unread>) -> Vec<Configured> {
    let mut found: Vec<Configured> = Vec::new();
    let ini = landmarks.alembic_ini.iter().map(|file| (file, config::read_ini(file, bounds)));
    let pyproject = landmarks.pyproject.iter().map(|file| (file, config::read_pyproject(file, bounds)));
    // The ini comes first: what it says wins.
    for (file, read) in ini.chain(pyproject) {
        let directory = file.parent().unwrap_or(Path::new("")).to_owned();
        match read {
            Ok(Some(settings)) => match found.iter_mut().find(|one| one.directory == directory) {
                Some(one) => one.settings = std::mem::take(&mut one.settings).or(settings),
                None => found.push(Configured { directory, settings }),
            },
            Ok(None) => {}
            Err(error) => unread.push(error),
        }
    }
    found
}

/// The tree of a configuration that names its script directory.
fn located(project: &Path, bounds: &Bounds, one: &Configured, location: &str) -> Tree {
    let bases = [one.directory.as_path(), project];
    let roots = import_roots(project, one);
    match config::locate(location, &bases, &roots, bounds) {
        Some(path) => {
            // Relative locations count from the directory in which the command is run.
            let run_in = if Path::new(location).is_relative() && !location.contains(':') && !one.directory.join(location).exists() {
                project
            } else {
                &one.directory
            };
            let found = Found::Named {
                run_in,
                config: &one.directory,
            };
            plant(project, bounds, &path, found, &one.settings)
        }
        None => Tree {
            path: one.directory.join(location),
            runner: Runner::alembic(&one.directory, &one.directory),
            version_table: VersionTable::default(),
            graph: Graph::default(),
            unread: vec![Unread::whole(
                &one.directory,
                format!(
                    "Alembic's script_location \"{}\" is not there, or leads out of the project",
                    Foreign::new(location)
                ),
            )],
            left_out: Vec::new(),
        },
    }
}

/// Where packages of the project can be imported from.
fn import_roots(project: &Path, one: &Configured) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = one
        .settings
        .prepend_sys_path
        .iter()
        .flat_map(|root| [one.directory.join(root), project.join(root)])
        .collect();
    roots.extend([
        one.directory.clone(),
        project.to_owned(),
        one.directory.join("src"),
        project.join("src"),
    ]);
    roots
}

fn plant(project: &Path, bounds: &Bounds, path: &Path, found: Found<'_>, settings: &Settings) -> Tree {
    let env = env::read(&path.join("env.py"), bounds);
    let runner = match found {
        Found::Named { run_in, config } if !env.is_flask => Runner::alembic(run_in, config),
        Found::Bare if !env.is_flask => Runner::unknown(path),
        Found::Named { .. } | Found::HoldsConfiguration | Found::Bare => Runner::flask(path),
    };
    let run_in = match found {
        Found::Named { run_in, .. } => run_in,
        Found::HoldsConfiguration | Found::Bare => path,
    };
    let mut unread: Vec<Unread> = env.elsewhere.into_iter().collect();
    let mut locations: Vec<PathBuf> = settings
        .version_locations
        .iter()
        .filter_map(|location| {
            let bases = [run_in, project];
            let one = Configured {
                directory: bases[0].to_owned(),
                settings: Settings::default(),
            };
            config::locate(location, &bases, &import_roots(project, &one), bounds)
        })
        .collect();
    if settings.version_locations.is_empty() {
        locations.push(path.join("versions"));
    }

    let (candidates, left_out) = candidates(&locations, settings, &mut unread);
    let mut revisions = Vec::with_capacity(candidates.len());
    let mut faults = Vec::new();
    for read in files::map_all(&candidates, |file| revision::read(file, bounds)) {
        match read {
            Read::Revision(revision) => revisions.push(revision),
            Read::Unread(note) => unread.push(note),
            Read::Incomplete { file, missing } => faults.push(Fault::Incomplete { file, missing }),
        }
    }
    let mut graph = Graph::link(revisions);
    for fault in faults {
        graph.note(fault);
    }
    Tree {
        path: path.to_owned(),
        runner,
        version_table: env.version_table,
        graph,
        unread,
        left_out: below(&left_out, bounds),
    }
}

/// The revisions in these directories and below them, as far as they can be read.
fn below(directories: &[PathBuf], bounds: &Bounds) -> Vec<Revision> {
    if directories.is_empty() {
        return Vec::new();
    }
    let recursive = Settings {
        recursive: true,
        ..Settings::default()
    };
    let (files, _) = candidates(directories, &recursive, &mut Vec::new());
    let revision = |read| match read {
        Read::Revision(revision) => Some(revision),
        Read::Unread(_) | Read::Incomplete { .. } => None,
    };
    files::map_all(&files, |file| revision::read(file, bounds))
        .into_iter()
        .filter_map(revision)
        .collect()
}

/// The files of the version locations that Alembic would import, and the directories below that it would not look into. A location
/// that does not exist has none.
fn candidates(locations: &[PathBuf], settings: &Settings, unread: &mut Vec<Unread>) -> (Vec<Listed>, Vec<PathBuf>) {
    let mut files = Vec::new();
    let mut left_out = Vec::new();
    let mut seen = BTreeSet::new();
    for location in locations {
        let mut directories = vec![location.clone()];
        let mut opened = 0;
        while let Some(directory) = directories.pop() {
            opened += 1;
            if opened > MOST_DIRECTORIES {
                unread.push(Unread::whole(location, format!("has more than {MOST_DIRECTORIES} directories")));
                break;
            }
            let listed = match list(&directory) {
                Ok(listed) => listed,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => {
                    unread.push(Unread::whole(&directory, format!("cannot be listed: {error}")));
                    continue;
                }
            };
            if settings.sourceless {
                let compiled = listed.files.iter().find(|(name, _)| files::has_extension(name, "pyc"));
                unread.extend(compiled.map(|(name, _)| Unread::whole(&directory.join(name), "is compiled, without its source")));
            }
            let mut names = listed.files;
            names.retain(|(name, _)| revision::is_candidate(name));
            let mut found = Listed::all(&directory, names);
            // One file reached through two locations counts once.
            found.retain(|file| locations.len() == 1 || file.path.canonicalize().map_or(true, |real| seen.insert(real)));
            files.append(&mut found);
            let below = listed.directories.iter().rev().filter(|name| !name.ends_with("__pycache__"));
            let below = below.map(|name| directory.join(name)).filter(|path| !locations.contains(path));
            if settings.recursive {
                directories.extend(below);
            } else {
                left_out.extend(below);
            }
        }
    }
    (files, left_out)
}

#[derive(Default)]
struct Names {
    /// Whatever is no directory, and whether it is a regular file.
    files: Vec<(String, bool)>,
    directories: Vec<String>,
}

/// The names in a directory, sorted.
fn list(directory: &Path) -> std::io::Result<Names> {
    let mut listed = Names::default();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            listed.directories.push(name);
        } else {
            listed.files.push((name, kind.is_file()));
        }
    }
    listed.files.sort_unstable();
    listed.directories.sort_unstable();
    Ok(listed)
}
