//! The trees as one JSON document, version 1. Keys are only ever added.

use serde::Serialize;

use crate::foreign::escaped;
use crate::migrations::inspection::{Alembic, Django, Inspection};
use crate::migrations::{Trees, Unread, django};
use crate::report::Out;
use crate::report::json::{Finding, SCHEMA, finding};

#[derive(Debug, Serialize)]
struct Document {
    schema: u32,
    version: &'static str,
    trees: Vec<Tree>,
    /// What belongs to no tree.
    unreadable: Vec<Unreadable>,
    findings: Vec<Finding>,
    exit_code: u8,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Tree {
    Alembic(AlembicTree),
    Django(DjangoTree),
}

#[derive(Debug, Serialize)]
struct AlembicTree {
    tool: &'static str,
    path: String,
    version_table: String,
    version_table_schema: Option<String>,
    revisions: usize,
    bases: Vec<String>,
    heads: Vec<String>,
    effective_heads: Vec<String>,
    order: Vec<String>,
    unreadable: Vec<Unreadable>,
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct DjangoTree {
    tool: &'static str,
    path: String,
    apps: Vec<App>,
    order: Vec<String>,
    unreadable: Vec<Unreadable>,
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct App {
    label: String,
    path: String,
    /// `null` where only running the settings would tell.
    installed: Option<bool>,
    migrations: Vec<String>,
    leaves: Vec<String>,
    replaced: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Unreadable {
    file: String,
    line: Option<usize>,
    why: String,
}

pub fn write(mut out: Out, inspection: &Inspection<'_>) {
    let trees = inspection.trees;
    let alembic = inspection.alembic.iter().map(|one| Tree::Alembic(alembic_tree(one, trees)));
    let django = inspection.django.iter().map(|one| Tree::Django(django_tree(one, trees)));
    let document = Document {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        trees: alembic.chain(django).collect(),
        unreadable: unreadable(&trees.unread, trees),
        findings: inspection.findings.iter().map(finding).collect(),
        exit_code: inspection.exit_code().number(),
    };
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    // A reader that has hung up wants no more.
    let _ = writeln!(out, "{text}");
}

fn alembic_tree(one: &Alembic<'_>, trees: &Trees) -> AlembicTree {
    let (tree, graph) = (one.tree, &one.tree.graph);
    AlembicTree {
        tool: "alembic",
        path: trees.shown(&tree.path),
        version_table: escaped(&tree.version_table.name),
        version_table_schema: tree.version_table.schema.as_deref().map(escaped),
        revisions: graph.revisions().len(),
        bases: shown(&graph.bases()),
        heads: shown(&graph.heads()),
        effective_heads: shown(&graph.effective_heads()),
        order: shown(&graph.order()),
        unreadable: unreadable(&tree.unread, trees),
        findings: one.findings.iter().map(finding).collect(),
    }
}

fn django_tree(one: &Django<'_>, trees: &Trees) -> DjangoTree {
    DjangoTree {
        tool: "django",
        path: trees.shown(&one.tree.path),
        apps: one.tree.apps.iter().map(|app| app_of(app, one, trees)).collect(),
        order: one.graph.plan().into_iter().map(ToString::to_string).collect(),
        unreadable: unreadable(&one.tree.unread, trees),
        findings: one.findings.iter().map(finding).collect(),
    }
}

fn app_of(app: &django::App, one: &Django<'_>, trees: &Trees) -> App {
    let own = |key: &&django::Key| key.app == app.label;
    App {
        label: escaped(&app.label),
        path: trees.shown(&app.path),
        installed: app.installed,
        migrations: app.migrations.iter().map(|migration| escaped(&migration.name)).collect(),
        leaves: one.graph.leaves().into_iter().filter(own).map(|key| escaped(&key.name)).collect(),
        replaced: one.graph.replaced().iter().filter(own).map(|key| escaped(&key.name)).collect(),
    }
}

fn unreadable(notes: &[Unread], trees: &Trees) -> Vec<Unreadable> {
    notes
        .iter()
        .map(|note| Unreadable {
            file: trees.shown(&note.file),
            line: note.line,
            why: escaped(&note.why),
        })
        .collect()
}

fn shown(ids: &[String]) -> Vec<String> {
    ids.iter().map(|id| escaped(id)).collect()
}
