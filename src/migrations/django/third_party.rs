//! Applications of other people's that are installed in the virtual environment.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::settings::Settings;
use super::{App, app, read_migrations};
use crate::migrations::files::Bounds;

/// How many packages are looked into.
const MOST_PACKAGES: usize = 2_000;

/// The applications with migrations in `site_packages`: those that the settings name, Django's own, and those at most two
/// directories deep. By label.
pub fn apps(site_packages: &[PathBuf], settings: &Settings, bounds: &Bounds) -> Vec<App> {
    let mut apps: Vec<App> = site_packages.iter().flat_map(|root| apps_in(root, settings, bounds)).collect();
    apps.sort_by(|a, b| (&a.label, a.installed != Some(true)).cmp(&(&b.label, b.installed != Some(true))));
    // Of two with one label the installed one counts; of two that cannot be told apart, none.
    let is_doubtful = |app: &App| app.installed != Some(true) && apps.iter().filter(|other| other.label == app.label).count() > 1;
    let doubtful: BTreeSet<PathBuf> = apps.iter().filter(|app| is_doubtful(app)).map(|app| app.path.clone()).collect();
    apps.retain(|app| !doubtful.contains(&app.path));
    // What cannot be told of other people's files is not the project's to mend.
    read_migrations(&mut apps, bounds, &mut Vec::new());
    apps.retain(|app| app.migrations.iter().any(|migration| migration.is_django));
    apps
}

fn apps_in(root: &Path, settings: &Settings, bounds: &Bounds) -> Vec<App> {
    let named = settings.installed.iter().flat_map(|entry| {
        // `shop`, `shop.apps.ShopConfig`, `shop.config.Shop`
        entry
            .match_indices('.')
            .map(|(at, _)| &entry[..at])
            .chain([entry.as_str()])
            .map(|dotted| root.join(dotted.replace('.', "/")))
    });
    let shallow = below(root);
    let deeper: Vec<PathBuf> = shallow.iter().flat_map(|directory| below(directory)).collect();
    let contrib = below(&root.join("django/contrib"));
    let directories: BTreeSet<PathBuf> = named.chain(shallow).chain(deeper).chain(contrib).collect();
    directories
        .iter()
        .filter(|directory| directory.join("migrations/__init__.py").is_file())
        .filter_map(|directory| {
            let identity = app::identify(directory, &[root], settings, bounds).ok()?;
            let path = match settings.modules.get(&identity.label) {
                // Somewhere else, or switched off.
                Some(_) => return None,
                None => directory.join("migrations"),
            };
            Some(App {
                label: identity.label,
                path,
                installed: identity.installed,
                migrations: Vec::new(),
            })
        })
        .collect()
}

/// The packages in a directory.
fn below(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    entries
        .flatten()
        .take(MOST_PACKAGES)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            !name.contains(['-', '.']) && !matches!(&*name, "__pycache__" | "tests" | "test" | "migrations")
        })
        .map(|entry| entry.path())
        .collect()
}
