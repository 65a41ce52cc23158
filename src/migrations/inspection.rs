//! What the files alone say: is the graph sound, and does it end where `upgrade` and `migrate` want it to?

use std::collections::HashSet;
use std::path::Path;

use super::alembic::Fault;
use super::{Trees, alembic, django};
use crate::exit_code::ExitCode;
use crate::finding::migrations::{broken_graph, conflicting_leaves, multiple_heads, unreadable};
use crate::finding::{Finding, Severity};
use crate::layer::Layer;

/// The trees of a project, judged without a database.
#[derive(Debug)]
pub struct Inspection<'a> {
    pub trees: &'a Trees,
    pub alembic: Vec<Alembic<'a>>,
    pub django: Vec<Django<'a>>,
    /// About what belongs to no tree.
    pub findings: Vec<Finding>,
}

/// One of Alembic's.
#[derive(Debug)]
pub struct Alembic<'a> {
    pub tree: &'a alembic::Tree,
    pub findings: Vec<Finding>,
}

/// One of Django's.
#[derive(Debug)]
pub struct Django<'a> {
    pub tree: &'a django::Tree,
    /// Of all applications, with nothing applied.
    pub graph: django::Graph,
    pub findings: Vec<Finding>,
}

impl<'a> Inspection<'a> {
    /// Judges all trees.
    #[must_use]
    pub fn of(trees: &'a Trees) -> Self {
        let unread = (!trees.unread.is_empty()).then(|| unreadable::files(&trees.project, &trees.unread, Vec::new()));
        Self {
            trees,
            alembic: trees.alembic.iter().map(|tree| Alembic::of(tree, trees)).collect(),
            django: trees.django.iter().map(|tree| Django::of(tree, trees)).collect(),
            findings: unread.into_iter().collect(),
        }
    }

    /// Every finding, in the order of the trees.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let alembic = self.alembic.iter().flat_map(|one| &one.findings);
        let django = self.django.iter().flat_map(|one| &one.findings);
        alembic.chain(django).chain(&self.findings)
    }

    /// The same, to be changed.
    pub fn findings_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        let alembic = self.alembic.iter_mut().flat_map(|one| &mut one.findings);
        let django = self.django.iter_mut().flat_map(|one| &mut one.findings);
        alembic.chain(django).chain(&mut self.findings)
    }

    /// What the program ends with: the layer's code where a finding fails.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        if self.findings().any(|finding| finding.severity == Severity::Fail) {
            ExitCode::Layer(Layer::Migrations)
        } else {
            ExitCode::Sound
        }
    }
}

impl<'a> Alembic<'a> {
    fn of(tree: &'a alembic::Tree, trees: &Trees) -> Self {
        let mut findings = alembic_files(tree, &trees.project);
        if tree.has_stray_heads() {
            findings.push(multiple_heads::found(tree, &trees.project, None));
        }
        // Beside a tree that a configuration names, one that none names may be a left-over.
        if !tree.runner.is_known()
            && trees
                .alembic
                .iter()
                .any(|other| other.runner.is_known() && !other.graph.revisions().is_empty())
        {
            for finding in &mut findings {
                finding.severity = finding.severity.min(Severity::Warn);
            }
        }
        Self { tree, findings }
    }
}

impl<'a> Django<'a> {
    fn of(tree: &'a django::Tree, trees: &Trees) -> Self {
        let nothing = HashSet::new();
        let graph = django::Graph::link(tree, &|_| true, &nothing);
        let mut findings = Vec::new();
        let mut judge = |graph: &django::Graph| {
            findings.extend(django_files(tree, graph, &trees.project));
            findings.extend(conflicts(tree, graph, None));
        };
        if tree.apps.iter().all(django::App::may_be_installed) {
            judge(&graph);
        } else {
            let may_be_installed = |label: &str| tree.app(label).is_some_and(django::App::may_be_installed);
            judge(&django::Graph::link(tree, &may_be_installed, &nothing));
        }
        Self { tree, graph, findings }
    }
}

/// What is wrong with Alembic's files, or cannot be told of them.
#[must_use]
pub fn alembic_files(tree: &alembic::Tree, project: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A file that could not be read may be the one that is missing.
    let is_certain = |fault: &Fault| tree.unread.is_empty() || !matches!(fault, Fault::MissingParent { .. });
    if tree.graph.faults().iter().any(is_certain) {
        findings.push(broken_graph::alembic(tree, project));
    }
    if !tree.unread.is_empty() {
        let exact = ["current", "heads"]
            .iter()
            .filter_map(|subcommand| tree.runner.command(subcommand, &[]));
        findings.push(unreadable::files(project, &tree.unread, exact.collect()));
    }
    findings
}

/// What is wrong with Django's files, or cannot be told of them.
#[must_use]
pub fn django_files(tree: &django::Tree, graph: &django::Graph, project: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !graph.faults().is_empty() {
        findings.push(broken_graph::django(tree, graph, project));
    }
    if !tree.unread.is_empty() {
        let exact = tree.runner.command("showmigrations", &["--plan"]);
        findings.push(unreadable::files(project, &tree.unread, vec![exact]));
    }
    findings
}

/// Applications with several leaf nodes; `is_pending` tells whether anything is not applied, where a database was asked.
pub fn conflicts<'a>(
    tree: &'a django::Tree,
    graph: &'a django::Graph,
    is_pending: Option<bool>,
) -> impl Iterator<Item = Finding> + use<'a> {
    // A file that could not be read may join the leaves.
    let is_certain = |leaves: &Vec<&django::Key>| {
        let app = leaves.first().and_then(|key| tree.app(&key.app));
        app.is_some_and(|app| app.migrations.iter().all(|one| one.unread.is_none()))
    };
    let conflicts = graph.conflicts().into_iter();
    conflicts
        .filter(is_certain)
        .map(move |leaves| conflicting_leaves::found(tree, &leaves, is_pending))
}
