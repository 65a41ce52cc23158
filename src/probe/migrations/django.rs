//! Django's trees against the rows of `django_migrations`.

use std::collections::HashSet;

use super::scene::{Scene, is_missing};
use super::{Judged, Question, Rows};
use crate::finding::migrations::{
    foreign_database, inconsistent_history, never_applied, pending, record_without_file, version_table_hidden,
};
use crate::listing::{count, quoted};
use crate::migrations::django::{App, Graph, Key, Migration, Tree};
use crate::migrations::inspection;
use crate::server::error::ServerError;

pub const SQL: &str = "SELECT app, name FROM django_migrations ORDER BY id";

const TABLE: &str = "django_migrations";

/// The labels of the applications that come with Django: their rows are in every Django database.
const CONTRIB: &[&str] = &["admin", "auth", "contenttypes", "flatpages", "redirects", "sessions", "sites"];

pub fn judge(scene: &Scene<'_>, rows: &[(Question, Rows)]) -> Vec<Judged> {
    let Some((_, answer)) = rows.iter().find(|(question, _)| *question == Question::Django) else {
        return Vec::new();
    };
    let answer = answer.as_ref().map(|rows| {
        let text = |value: Option<&Option<String>>| value.cloned().flatten().unwrap_or_default();
        rows.iter()
            .map(|row| Key::new(text(row.first()), text(row.get(1))))
            .collect::<Vec<Key>>()
    });
    let looks: Vec<Look<'_>> = scene
        .trees
        .django
        .iter()
        .map(|own| Look {
            scene,
            own,
            tree: own.with_third_party(|app| app.installed == Some(true)),
            rows: answer.as_ref().map(Vec::as_slice).map_err(|error| *error),
        })
        .collect();
    looks
        .iter()
        .map(|look| {
            // Of several projects, only those with rows are this database's.
            if !look.has_rows() && looks.iter().any(Look::has_rows) {
                look.set_aside()
            } else {
                look.judge()
            }
        })
        .collect()
}

struct Look<'a> {
    scene: &'a Scene<'a>,
    /// The project's own applications.
    own: &'a Tree,
    /// Those, and what the settings install from the virtual environment.
    tree: Tree,
    /// In the order in which they were recorded.
    rows: Result<&'a [Key], &'a ServerError>,
}

impl Look<'_> {
    fn has_rows(&self) -> bool {
        self.rows.is_ok_and(|rows| rows.iter().any(|row| self.own.app(&row.app).is_some()))
    }

    fn start(&self, graph: &Graph) -> Judged {
        Judged {
            tool: "Django",
            revisions: self.tree.count(),
            heads: graph.leaves().into_iter().map(ToString::to_string).collect(),
            ..Judged::default()
        }
    }

    fn set_aside(&self) -> Judged {
        Judged {
            summary: format!("{}: not this database's", self.place()),
            pending: Some(0),
            ..self.start(&self.link(&HashSet::new(), &|_| true))
        }
    }

    fn link(&self, recorded: &HashSet<Key>, considered: &dyn Fn(&App) -> bool) -> Graph {
        let considered = |label: &str| self.tree.app(label).is_some_and(considered);
        Graph::link(&self.tree, &considered, recorded)
    }

    fn judge(&self) -> Judged {
        match self.rows {
            Ok([]) => self.judge_absence(true),
            Ok(rows) => self.judge_rows(rows),
            Err(error) if is_missing(error) => self.judge_absence(false),
            Err(error) => {
                let mut judged = self.start(&self.link(&HashSet::new(), &App::may_be_installed));
                judged.findings.push(self.scene.refused(TABLE, None, error));
                judged.summary = format!("{}: cannot tell", self.place());
                judged
            }
        }
    }

    /// The table is missing, or has no row.
    fn judge_absence(&self, record_is_empty: bool) -> Judged {
        let scene = self.scene;
        let graph = self.link(&HashSet::new(), &App::may_be_installed);
        let mut judged = self.start(&graph);
        judged
            .findings
            .extend(inspection::django_files(&self.tree, &graph, &self.scene.trees.project));
        let pending = graph.pending().len();
        judged.pending = Some(pending);
        judged.waiting = Some(graph.pending().into_iter().map(ToString::to_string).collect());
        judged.makes_extensions = self.extensions(&graph.pending());
        if pending == 0 {
            judged.summary = format!("{}: no migrations of installed applications", self.place());
            return judged;
        }
        judged.summary = format!("{}: nothing applied", self.place());
        if let Some(catalog) = scene.catalog.as_ref().filter(|_| !record_is_empty) {
            if let Some(hidden) = catalog.hidden(TABLE) {
                judged.findings.push(version_table_hidden::found(&scene.hidden(hidden, catalog)));
                return judged;
            }
            if let Some(finding) = scene.foreign("Django", catalog) {
                judged.findings.push(finding);
                return judged;
            }
        }
        judged
            .findings
            .push(never_applied::django(&self.tree, &scene.surroundings(record_is_empty)));
        judged.findings.extend(inspection::conflicts(&self.tree, &graph, Some(true)));
        judged
    }

    fn judge_rows(&self, rows: &[Key]) -> Judged {
        let labels: HashSet<&str> = rows.iter().map(|row| row.app.as_str()).collect();
        let recorded: HashSet<Key> = rows.iter().cloned().collect();
        // An application with rows is the database's, whatever the settings that could be read say.
        let graph = self.link(&recorded, &|app| labels.contains(app.label.as_str()) || app.may_be_installed());
        let mut judged = self.start(&graph);
        judged.database = self.last_recorded(rows);
        judged.other_apps = self.other_apps(rows);
        judged
            .findings
            .extend(inspection::django_files(&self.tree, &graph, &self.scene.trees.project));
        if let Some(finding) = self.foreign(&judged.other_apps) {
            judged.findings.push(finding);
            judged.summary = format!("{}: nothing applied", self.place());
            return judged;
        }

        let inconsistent: Vec<_> = graph
            .inconsistencies()
            .into_iter()
            .filter(|pair| self.is_whole(&pair.applied) && self.is_whole(&pair.parent))
            .collect();
        if !inconsistent.is_empty() {
            judged.findings.push(inconsistent_history::found(&self.tree, &inconsistent));
        }
        let (certain, perhaps): (Vec<&Key>, Vec<&Key>) = graph
            .pending()
            .into_iter()
            .filter(|key| self.migration(key).is_none_or(|one| !one.may_replace && !one.has_no_class))
            .partition(|key| !self.has_rows() || labels.contains(key.app.as_str()) || self.is_installed(&key.app));
        judged
            .findings
            .extend(inspection::conflicts(&self.tree, &graph, Some(!certain.is_empty())));
        judged.makes_extensions = self.extensions(&certain);
        if !certain.is_empty() {
            judged.findings.push(pending::django(&self.tree, &certain, self.tree.count()));
        }
        if !perhaps.is_empty() {
            judged.findings.push(pending::perhaps(&self.tree, &perhaps));
        }
        let third_party = self.third_party(&labels, &recorded);
        if !third_party.is_empty() {
            judged.findings.push(pending::third_party(&self.tree, &third_party));
        }
        let ghosts = self.ghosts(rows);
        if !ghosts.is_empty() {
            let newest = self.has_newest(rows, &ghosts);
            judged.findings.push(record_without_file::found(&self.tree, &ghosts, newest));
        }
        judged.summary = format!(
            "{}: {} of {}, {}",
            self.place(),
            count(self.tree.count(), "migration"),
            count(self.tree.apps.len(), "application"),
            if certain.is_empty() && perhaps.is_empty() {
                "all applied".to_owned()
            } else {
                format!("{} not applied", certain.len() + perhaps.len())
            }
        );
        if perhaps.is_empty() && self.tree.unread.is_empty() {
            judged.pending = Some(certain.len());
            if third_party.is_empty() {
                judged.waiting = Some(certain.iter().map(ToString::to_string).collect());
            }
        }
        judged
    }

    /// What is not recorded of applications in the virtual environment that have rows, where the settings do not tell whether they
    /// are still installed.
    fn third_party(&self, labels: &HashSet<&str>, recorded: &HashSet<Key>) -> Vec<Key> {
        let mut alone = self
            .own
            .with_third_party(|app| app.installed.is_none() && labels.contains(app.label.as_str()));
        alone.apps.retain(|app| self.own.app(&app.label).is_none());
        let graph = Graph::link(&alone, &|_| true, recorded);
        graph.pending().into_iter().cloned().collect()
    }

    /// Rows of other applications than Django's own, and none of this project's.
    fn foreign(&self, other_apps: &[String]) -> Option<crate::finding::Finding> {
        let strange: Vec<String> = other_apps.iter().filter(|app| !CONTRIB.contains(&app.as_str())).cloned().collect();
        if self.has_rows() || strange.is_empty() || self.own.apps.is_empty() {
            return None;
        }
        let evidence: Vec<String> = strange
            .iter()
            .map(|app| format!("{} has rows of application {}", quoted(TABLE), quoted(app)))
            .collect();
        let ours = format!("the project in {}", self.scene.trees.shown(&self.tree.path));
        Some(foreign_database::found(
            self.scene.database,
            &ours,
            &evidence,
            &["another Django project"],
        ))
    }

    /// Recorded, of an application of the project, on no file and replaced by none.
    fn ghosts(&self, rows: &[Key]) -> Vec<Key> {
        let replaced: HashSet<&Key> = self.migrations().flat_map(|one| &one.replaces).collect();
        let mut ghosts: Vec<Key> = rows
            .iter()
            .filter(|row| self.own.app(&row.app).is_some() && self.migration(row).is_none() && !replaced.contains(row))
            .cloned()
            .collect();
        ghosts.sort_unstable();
        ghosts.dedup();
        ghosts
    }

    /// Whether one of `ghosts` was recorded after everything of its application that has a file.
    fn has_newest(&self, rows: &[Key], ghosts: &[Key]) -> bool {
        ghosts.iter().any(|ghost| {
            let last = rows.iter().rev().find(|row| row.app == ghost.app);
            last.is_some_and(|last| self.migration(last).is_none())
        })
    }

    /// The last row of each application of the project.
    fn last_recorded(&self, rows: &[Key]) -> Vec<String> {
        self.own
            .apps
            .iter()
            .filter_map(|app| rows.iter().rev().find(|row| row.app == app.label))
            .map(ToString::to_string)
            .collect()
    }

    fn other_apps(&self, rows: &[Key]) -> Vec<String> {
        let is_known = |label: &str| {
            self.own.third_party.iter().any(|app| app.label == label)
                || self.scene.trees.django.iter().any(|tree| tree.app(label).is_some())
        };
        let mut labels: Vec<String> = rows.iter().filter(|row| !is_known(&row.app)).map(|row| row.app.clone()).collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    /// What these migrations make, each with the migration's file.
    fn extensions(&self, keys: &[&Key]) -> Vec<(String, String)> {
        let of = |migration: &Migration| {
            let file = self.scene.trees.shown(&migration.file);
            let named: Vec<_> = migration
                .extensions
                .iter()
                .map(|extension| (extension.clone(), file.clone()))
                .collect();
            named
        };
        keys.iter().filter_map(|key| self.migration(key)).flat_map(of).collect()
    }

    fn migrations(&self) -> impl Iterator<Item = &Migration> {
        self.tree.apps.iter().flat_map(|app| &app.migrations)
    }

    fn migration(&self, key: &Key) -> Option<&Migration> {
        self.tree.app(&key.app)?.migration(&key.name)
    }

    /// Whether the file says all that decides about it.
    fn is_whole(&self, key: &Key) -> bool {
        self.migration(key).is_none_or(|one| one.unread.is_none() && !one.has_no_class)
    }

    fn is_installed(&self, label: &str) -> bool {
        self.tree.app(label).is_some_and(|app| app.installed == Some(true))
    }

    fn place(&self) -> String {
        format!("Django in {}", self.scene.trees.shown(&self.tree.path))
    }
}
