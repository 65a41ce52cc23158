//! Django's trees: one per project, with the migrations of the applications that lie in it.

mod app;
pub mod graph;
pub mod migration;
mod nodes;
mod runner;
pub(crate) mod settings;
mod third_party;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::files::{Bounds, Listed};
use super::walk::Landmarks;
use super::{Unread, files};
pub use graph::{Fault, Graph};
pub use migration::{Dependency, Key, Migration};
pub use runner::Runner;
use settings::Settings;

/// An application with migrations.
#[derive(Debug, Clone)]
pub struct App {
    pub label: String,
    /// The package of its migrations.
    pub path: PathBuf,
    /// Whether `INSTALLED_APPS` has it; `None` where that cannot be told without running the settings.
    pub installed: Option<bool>,
    /// By name.
    pub migrations: Vec<Migration>,
}

/// The applications of one Django project.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The directory of `manage.py`, or the project's where there is none.
    pub path: PathBuf,
    pub runner: Runner,
    /// The project's own, by label.
    pub apps: Vec<App>,
    /// Those in the virtual environment, by label.
    pub third_party: Vec<App>,
    /// The label of the application with the user model; Django's own where the settings say nothing.
    pub user_app: String,
    pub unread: Vec<Unread>,
}

impl App {
    /// Whether nothing says that it is not installed.
    #[must_use]
    pub fn may_be_installed(&self) -> bool {
        self.installed != Some(false)
    }

    /// The migration of that name.
    #[must_use]
    pub fn migration(&self, name: &str) -> Option<&Migration> {
        let at = self.migrations.binary_search_by(|one| one.name.as_str().cmp(name)).ok()?;
        self.migrations.get(at)
    }
}

impl Tree {
    /// The application with that label.
    #[must_use]
    pub fn app(&self, label: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.label == label)
    }

    /// The same project with those applications of the virtual environment that `is_wanted`, in place of the others.
    #[must_use]
    pub fn with_third_party(&self, is_wanted: impl Fn(&App) -> bool) -> Self {
        let mut tree = self.clone();
        let own: Vec<String> = tree.apps.iter().map(|app| app.label.clone()).collect();
        let wanted = std::mem::take(&mut tree.third_party).into_iter();
        tree.apps.extend(wanted.filter(|app| !own.contains(&app.label) && is_wanted(app)));
        tree.apps.sort_by(|a, b| a.label.cmp(&b.label));
        tree
    }

    /// How many migrations there are on disk.
    #[must_use]
    pub fn count(&self) -> usize {
        self.apps.iter().map(|app| app.migrations.len()).sum()
    }
}

/// Reads the trees that the landmarks lead to.
pub(super) fn trees(
    project: &Path,
    site_packages: &[PathBuf],
    bounds: &Bounds,
    landmarks: &Landmarks,
    unread: &mut Vec<Unread>,
) -> Vec<Tree> {
    let sites = sites(project, bounds, landmarks);
    let mut packages: BTreeMap<usize, Vec<&Path>> = BTreeMap::new();
    for package in &landmarks.django_packages {
        // The nearest manage.py above a package is the one that migrates it.
        let nearest = (0..sites.len())
            .filter(|&at| package.starts_with(&sites[at].directory))
            .max_by_key(|&at| sites[at].directory.components().count());
        packages.entry(nearest.unwrap_or(0)).or_default().push(package);
    }
    sites
        .iter()
        .enumerate()
        .filter_map(|(at, site)| {
            let packages = packages.remove(&at).unwrap_or_default();
            tree(project, site_packages, bounds, site, &packages, unread)
        })
        .collect()
}

/// A directory from which Django is run.
struct Site {
    directory: PathBuf,
    manage: Option<PathBuf>,
    settings: Settings,
}

/// The places of `manage.py`, or the project itself.
fn sites(project: &Path, bounds: &Bounds, landmarks: &Landmarks) -> Vec<Site> {
    let mut sites: Vec<Site> = landmarks
        .manage
        .iter()
        .filter_map(|manage| {
            let directory = manage.parent()?;
            let named = settings::module_of(manage, bounds).map(|file| settings::read(&file, directory, bounds));
            Some(Site {
                directory: directory.to_owned(),
                manage: Some(manage.clone()),
                settings: named.unwrap_or_default(),
            })
        })
        .collect();
    if sites.is_empty() {
        let settings = match &landmarks.settings[..] {
            [only] => settings::read(only, project, bounds),
            _ => Settings::default(),
        };
        sites.push(Site {
            directory: project.to_owned(),
            manage: None,
            settings,
        });
    }
    sites
}

fn tree(
    project: &Path,
    site_packages: &[PathBuf],
    bounds: &Bounds,
    site: &Site,
    packages: &[&Path],
    unread: &mut Vec<Unread>,
) -> Option<Tree> {
    let source_root = site.directory.join("src");
    let roots = [source_root.as_path(), site.directory.as_path(), project];
    let mut apps: Vec<App> = Vec::new();
    let mut notes = Vec::new();
    for package in packages {
        let directory = package.parent().unwrap_or(package);
        match app::identify(directory, &roots, &site.settings, bounds) {
            Ok(identity) => {
                let path = match site.settings.modules.get(&identity.label) {
                    Some(None) => continue,
                    Some(Some(elsewhere)) => roots
                        .iter()
                        .filter_map(|root| bounds.inside(&root.join(elsewhere.replace('.', "/"))))
                        .find(|path| path.is_dir())
                        .unwrap_or_else(|| (*package).to_owned()),
                    None => (*package).to_owned(),
                };
                apps.push(App {
                    label: identity.label,
                    path,
                    installed: identity.installed,
                    migrations: Vec::new(),
                });
            }
            Err(note) => notes.push(note),
        }
    }
    read_migrations(&mut apps, bounds, &mut notes);
    // A package named `migrations` without a migration in it is another tool's, or holds helpers.
    apps.retain(|app| app.migrations.iter().any(|migration| migration.is_django));
    let third_party = if apps.is_empty() && site.manage.is_none() {
        Vec::new()
    } else {
        third_party::apps(site_packages, &site.settings, bounds)
    };
    if apps.is_empty() && third_party.iter().all(|app| app.installed != Some(true)) {
        unread.append(&mut notes);
        return None;
    }
    notes.extend(without_namesakes(&mut apps));
    notes.extend(apps.iter().flat_map(|app| &app.migrations).filter_map(|one| one.unread.clone()));
    Some(Tree {
        path: site.directory.clone(),
        runner: Runner::new(site.manage.as_deref(), &site.directory),
        user_app: site.settings.user_app.clone().unwrap_or_else(|| "auth".to_owned()),
        apps,
        third_party,
        unread: notes,
    })
}

/// Reads the files of all packages.
fn read_migrations(apps: &mut [App], bounds: &Bounds, notes: &mut Vec<Unread>) {
    let mut candidates = Vec::new();
    for (at, app) in apps.iter().enumerate() {
        match module_files(&app.path) {
            Ok(files) => candidates.extend(files.into_iter().map(|file| (at, file))),
            Err(error) => notes.push(Unread::whole(&app.path, format!("cannot be listed: {error}"))),
        }
    }
    let migrations = files::map_all(&candidates, |(at, file)| (*at, migration::read(file, bounds)));
    for (at, migration) in migrations {
        apps[at].migrations.push(migration);
    }
    for app in apps {
        app.migrations.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// The modules of a package that Django takes for migrations: any name that does not begin with `_` or `~`
/// (`MigrationLoader.load_disk`) and that Python can import. Sorted.
fn module_files(package: &Path) -> std::io::Result<Vec<Listed>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(package)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Some(stem) = name.strip_suffix(".py") else { continue };
        if !stem.is_empty() && !stem.starts_with(['_', '~']) && !stem.contains('.') {
            let kind = entry.file_type()?;
            if !kind.is_dir() {
                names.push((name, kind.is_file()));
            }
        }
    }
    names.sort_unstable();
    Ok(Listed::all(package, names))
}

/// Sorts by label, and keeps one application per label: the installed one, else none can be told from the other.
fn without_namesakes(apps: &mut Vec<App>) -> Vec<Unread> {
    let rank = |app: &App| match app.installed {
        Some(true) => 0,
        None => 1,
        Some(false) => 2,
    };
    apps.sort_by(|a, b| (&a.label, rank(a), &a.path).cmp(&(&b.label, rank(b), &b.path)));
    let mut notes = Vec::new();
    apps.dedup_by(|later, kept| {
        let same = later.label == kept.label;
        if same && rank(later) == rank(kept) {
            let why = format!("has the label \"{}\", as {} has", later.label, kept.path.display());
            notes.push(Unread::whole(&later.path, why));
        }
        same
    });
    notes
}
