//! Alembic's trees against the rows of their version tables.

use super::catalog::StateTable;
use super::scene::{Scene, is_missing};
use super::{Judged, Question, Rows};
use crate::finding::Severity;
use crate::finding::migrations::{
    multiple_heads, never_applied, overlapping_rows, pending, unknown_revision, unreadable, version_table_hidden,
};
use crate::listing::{count, quoted, quoted_list};
use crate::migrations::Unread;
use crate::migrations::alembic::{Fault, Revision, Tree};
use crate::migrations::inspection;
use crate::quote;
use crate::server::error::ServerError;

pub fn question(tree: &Tree) -> Question {
    Question::Alembic {
        schema: tree.version_table.schema.clone(),
        table: tree.version_table.name.clone(),
    }
}

pub fn sql(schema: Option<&str>, table: &str) -> String {
    let schema = schema.map(|schema| format!("{}.", quote::sql_ident(schema))).unwrap_or_default();
    format!("SELECT version_num FROM {schema}{}", quote::sql_ident(table))
}

pub fn judge(scene: &Scene<'_>, rows: &[(Question, Rows)]) -> Vec<Judged> {
    let looks: Vec<Look<'_>> = scene
        .trees
        .alembic
        .iter()
        .filter_map(|tree| {
            let question = question(tree);
            let (_, rows) = rows.iter().find(|(other, _)| *other == question)?;
            Some(Look {
                scene,
                tree,
                rows: rows.as_ref().map(|rows| {
                    let mut rows: Vec<&str> = rows.iter().filter_map(|row| row.first()?.as_deref()).collect();
                    rows.sort_unstable();
                    rows
                }),
            })
        })
        .collect();
    looks
        .iter()
        .map(|look| {
            // Of trees that share a version table, only one can be the database's.
            let is_elsewhere = !look.knows_a_row()
                && looks
                    .iter()
                    .any(|other| question(other.tree) == question(look.tree) && other.knows_a_row());
            if is_elsewhere { look.set_aside() } else { look.judge() }
        })
        .collect()
}

struct Look<'a> {
    scene: &'a Scene<'a>,
    tree: &'a Tree,
    rows: Result<Vec<&'a str>, &'a ServerError>,
}

impl<'a> Look<'a> {
    fn knows_a_row(&self) -> bool {
        self.rows
            .as_ref()
            .is_ok_and(|rows| rows.iter().any(|row| self.tree.graph.contains(row)))
    }

    fn start(&self) -> Judged {
        let graph = &self.tree.graph;
        Judged {
            tool: self.tree.tool(),
            revisions: graph.revisions().len(),
            heads: graph.heads(),
            effective_heads: graph.effective_heads(),
            ..Judged::default()
        }
    }

    /// The database has the rows of another tree.
    fn set_aside(&self) -> Judged {
        Judged {
            summary: format!("{}: not this database's", self.place()),
            pending: Some(0),
            ..self.start()
        }
    }

    fn judge(&self) -> Judged {
        let mut judged = self.start();
        self.judge_files(&mut judged);
        match &self.rows {
            Ok(rows) if rows.is_empty() => self.judge_absence(&mut judged, true),
            Ok(rows) => {
                judged.database = rows.iter().map(|&row| row.to_owned()).collect();
                self.judge_rows(&mut judged, rows);
            }
            Err(error) if is_missing(error) => self.judge_absence(&mut judged, false),
            Err(error) => {
                let table = &self.tree.version_table;
                judged
                    .findings
                    .push(self.scene.refused(&table.name, table.schema.as_deref(), error));
                judged.summary = format!("{}: cannot tell", self.place());
            }
        }
        judged
    }

    /// What the files alone say.
    fn judge_files(&self, judged: &mut Judged) {
        judged
            .findings
            .extend(inspection::alembic_files(self.tree, &self.scene.trees.project));
    }

    /// The version table is missing, or has no row.
    fn judge_absence(&self, judged: &mut Judged, record_is_empty: bool) {
        let scene = self.scene;
        if self.tree.graph.revisions().is_empty() {
            judged.summary = format!("{}: no revisions", self.place());
            if self.tree.unread.is_empty() {
                judged.pending = Some(0);
                judged.waiting = Some(Vec::new());
            }
            return;
        }
        judged.summary = format!("{}: nothing applied", self.place());
        let table = &self.tree.version_table;
        if let Some(note) = &table.unread {
            let seen: Vec<String> = scene
                .catalog
                .iter()
                .flat_map(|catalog| &catalog.state)
                .filter(|state| state.is_version_table())
                .map(StateTable::shown)
                .collect();
            judged
                .findings
                .push(unreadable::version_table(self.tree, &scene.trees.project, note, &seen));
            return;
        }
        judged.pending = self.tree.unread.is_empty().then(|| self.tree.graph.revisions().len());
        judged.waiting = judged.pending.map(|_| self.tree.graph.order());
        judged.makes_extensions = self.extensions(self.tree.graph.revisions());
        let missing = scene.catalog.as_ref().filter(|_| !record_is_empty);
        if let Some(catalog) = missing {
            if table.schema.is_none()
                && let Some(hidden) = catalog.hidden(&table.name)
            {
                judged.findings.push(version_table_hidden::found(&scene.hidden(hidden, catalog)));
                return;
            }
            if let Some(finding) = scene.foreign(self.tree.tool(), catalog) {
                judged.findings.push(finding);
                return;
            }
        }
        judged.findings.push(never_applied::alembic(
            self.tree,
            &scene.trees.project,
            &scene.surroundings(record_is_empty),
        ));
        if self.tree.has_stray_heads() {
            let pending = self.tree.graph.revisions().len();
            judged
                .findings
                .push(multiple_heads::found(self.tree, &scene.trees.project, Some(pending)));
        }
    }

    fn judge_rows(&self, judged: &mut Judged, rows: &[&'a str]) {
        let project = &self.scene.trees.project;
        let graph = &self.tree.graph;
        let unknown: Vec<&str> = rows.iter().copied().filter(|row| !graph.contains(row)).collect();
        let is_whole = self.tree.unread.is_empty();
        if !unknown.is_empty() {
            judged.summary = format!("{}: database at {}, unknown here", self.place(), quoted_list(&unknown));
            if let Some(note) = &self.tree.version_table.unread {
                judged.findings.push(unreadable::version_table(self.tree, project, note, &[]));
            } else if let Some(notes) = self.left_out(&unknown) {
                judged.findings.push(unreadable::files(project, &notes, Vec::new()));
            } else if is_whole {
                judged
                    .findings
                    .push(unknown_revision::found(self.tree, project, self.scene.database, &unknown, rows));
            }
            return;
        }
        let overlaps = graph.overlaps(rows);
        if !overlaps.is_empty() {
            judged
                .findings
                .push(overlapping_rows::found(self.tree, self.scene.database, &overlaps));
        }
        let applied = graph.applied(rows.iter().copied());
        let missing = graph
            .faults()
            .iter()
            .any(|fault| matches!(fault, Fault::MissingParent { .. } | Fault::Cycle { .. }));
        // With holes in the graph only what comes after a row is certain not to be applied.
        let waiting: Vec<&Revision> = if is_whole && !missing {
            graph.pending(&applied)
        } else {
            graph.descendants(rows)
        };
        if is_whole && !missing {
            judged.pending = Some(waiting.len());
            judged.waiting = Some(waiting.iter().map(|revision| revision.id.clone()).collect());
        }
        if self.tree.has_stray_heads() {
            judged.findings.push(multiple_heads::found(self.tree, project, Some(waiting.len())));
        }
        judged.makes_extensions = self.extensions(waiting.iter().copied());
        if !waiting.is_empty() {
            judged.findings.push(pending::alembic(self.tree, project, &waiting, rows));
        }
        judged.summary = if judged.findings.iter().any(|finding| finding.severity == Severity::Fail) {
            format!("{}: {} pending", self.place(), count(waiting.len(), "revision"))
        } else {
            format!(
                "{}: {}, database at {}",
                self.place(),
                count(graph.revisions().len(), "revision"),
                quoted_list(rows)
            )
        };
    }

    /// Where the rows are that the tree does not know: code may name the directories that the configuration leaves out.
    fn left_out(&self, unknown: &[&str]) -> Option<Vec<Unread>> {
        let note = |row: &str| {
            let revision = self.tree.left_out.iter().find(|revision| revision.id == row)?;
            Some(Unread::whole(
                &revision.file,
                format!("has {}, and lies in no version location of the configuration", quoted(row)),
            ))
        };
        let notes: Vec<Unread> = unknown.iter().filter_map(|row| note(row)).collect();
        (!notes.is_empty()).then_some(notes)
    }

    /// What these revisions make, each with the revision's file.
    fn extensions<'r>(&self, revisions: impl IntoIterator<Item = &'r Revision>) -> Vec<(String, String)> {
        let of = |revision: &'r Revision| {
            let file = self.scene.trees.shown(&revision.file);
            revision.extensions.iter().map(move |extension| (extension.clone(), file.clone()))
        };
        revisions.into_iter().flat_map(of).collect()
    }

    fn place(&self) -> String {
        format!("{} in {}", self.tree.tool(), self.scene.trees.shown(&self.tree.path))
    }
}
