//! The migrations of a project, linked as Django's loader links them, given what is recorded as applied.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::Tree;
use super::migration::{Dependency, Key, Migration};
use super::nodes::Nodes;

/// What keeps Django from loading the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A migration names one that is not there.
    MissingParent { file: PathBuf, migration: Key, parent: Key },
    /// Migrations that, by way of one another, come before themselves.
    Cycle { migrations: Vec<Key> },
    /// A file among the migrations without a class `Migration`.
    NoClass { file: PathBuf },
}

/// An applied migration whose parent is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inconsistency {
    pub applied: Key,
    pub parent: Key,
}

/// The graph after squashed migrations took their place. Nodes are numbered in the order of their keys.
#[derive(Debug)]
pub struct Graph {
    keys: Arc<[Key]>,
    /// On disk, and neither replaced nor dropped.
    present: Vec<bool>,
    parents: Vec<Nodes>,
    children: Vec<Nodes>,
    /// As recorded.
    recorded: Vec<bool>,
    /// As Django counts: a squashed migration is applied when all that it replaces is.
    applied: Vec<bool>,
    /// By squashed migration, what it replaces.
    replaces: HashMap<usize, Vec<usize>>,
    /// On disk, its place taken by a squashed migration.
    replaced: Vec<Key>,
    faults: Vec<Fault>,
}

/// Who asks for a migration that is not there.
struct Wanted<'a> {
    migration: &'a Migration,
    by: usize,
}

impl Graph {
    /// Links the applications of `tree` that `considered` lets through. What an application outside of them has is taken for
    /// granted: third-party applications are not read.
    #[must_use]
    pub fn link(tree: &Tree, considered: &dyn Fn(&str) -> bool, recorded: &HashSet<Key>) -> Self {
        let apps: Vec<_> = tree.apps.iter().filter(|app| considered(&app.label)).collect();
        let on_disk: Vec<(Key, &Migration)> = apps
            .iter()
            .flat_map(|app| app.migrations.iter().map(|one| (Key::new(&*app.label, &*one.name), one)))
            .collect();
        let labels: HashSet<&str> = apps.iter().map(|app| app.label.as_str()).collect();
        let mut graph = Self::nodes(&on_disk, &labels, recorded);
        let keys = Arc::clone(&graph.keys);
        let number: HashMap<&Key, usize> = keys.iter().enumerate().map(|(at, key)| (key, at)).collect();
        let mut wanted: HashMap<usize, Wanted<'_>> = HashMap::new();

        let is_internal = |key: &Key, parent: &Key| parent.app == key.app && parent.name != "__first__";
        for (key, migration) in &on_disk {
            let by = number[key];
            for dependency in &migration.dependencies {
                if let Dependency::On(parent) = dependency
                    && is_internal(key, parent)
                {
                    graph.connect(number[parent], by, &mut wanted, migration);
                }
            }
        }
        let (first, latest) = graph.ends();
        let resolve = |dependency: &Dependency, app: &str| -> Option<usize> {
            let user_model = Key::new(&*tree.user_app, "__first__");
            let key = match dependency {
                Dependency::On(key) => key,
                Dependency::UserModel => &user_model,
                Dependency::Swappable => return None,
            };
            if !labels.contains(key.app.as_str()) {
                return None;
            }
            match key.name.as_str() {
                "__first__" | "__latest__" if key.app == app => None,
                "__first__" => first.get(&key.app).copied(),
                "__latest__" => latest.get(&key.app).copied(),
                _ => number.get(key).copied(),
            }
        };
        for (key, migration) in &on_disk {
            let by = number[key];
            for dependency in &migration.dependencies {
                let is_own = matches!(dependency, Dependency::On(parent) if parent.app == key.app);
                if let Some(parent) = resolve(dependency, &key.app).filter(|_| !is_own) {
                    graph.connect(parent, by, &mut wanted, migration);
                }
            }
            for child in migration.run_before.iter().filter_map(|child| resolve(child, &key.app)) {
                graph.connect(by, child, &mut wanted, migration);
            }
            if migration.has_no_class {
                graph.faults.push(Fault::NoClass {
                    file: migration.file.clone(),
                });
            }
        }
        graph.squash();
        graph.check(&on_disk, &wanted);
        graph
    }

    /// Every key that is mentioned, unlinked.
    fn nodes(on_disk: &[(Key, &Migration)], labels: &HashSet<&str>, recorded: &HashSet<Key>) -> Self {
        let mut keys: Vec<&Key> = on_disk.iter().map(|(key, _)| key).collect();
        for (_, migration) in on_disk {
            let named = migration
                .dependencies
                .iter()
                .chain(&migration.run_before)
                .filter_map(|dependency| match dependency {
                    Dependency::On(key) => Some(key),
                    Dependency::UserModel | Dependency::Swappable => None,
                })
                .chain(&migration.replaces);
            keys.extend(named.filter(|key| labels.contains(key.app.as_str())));
            keys.extend(&migration.replaces);
        }
        keys.sort_unstable();
        keys.dedup();
        let keys: Arc<[Key]> = keys.into_iter().cloned().collect();
        let mut present = vec![false; keys.len()];
        for key in on_disk.iter().filter_map(|(key, _)| keys.binary_search(key).ok()) {
            present[key] = true;
        }
        let recorded: Vec<bool> = keys.iter().map(|key| recorded.contains(key)).collect();
        let at = |key: &Key| keys.binary_search(key).ok();
        let replaces = on_disk
            .iter()
            .filter(|(_, migration)| !migration.replaces.is_empty())
            .filter_map(|(key, migration)| Some((at(key)?, migration.replaces.iter().filter_map(at).collect())))
            .collect();
        Self {
            present,
            parents: vec![Nodes::default(); keys.len()],
            children: vec![Nodes::default(); keys.len()],
            applied: recorded.clone(),
            recorded,
            replaces,
            replaced: Vec::new(),
            faults: Vec::new(),
            keys,
        }
    }

    fn connect<'a>(&mut self, parent: usize, child: usize, wanted: &mut HashMap<usize, Wanted<'a>>, migration: &'a Migration) {
        for (end, by) in [(parent, child), (child, parent)] {
            if !self.present[end] {
                wanted.entry(end).or_insert(Wanted { migration, by });
            }
        }
        self.parents[child].insert(parent);
        self.children[parent].insert(child);
    }

    /// By application, the first of its root nodes and of its leaf nodes.
    fn ends(&self) -> (HashMap<String, usize>, HashMap<String, usize>) {
        let first_of = |links: &[Nodes]| {
            let mut ends: HashMap<String, usize> = HashMap::new();
            for at in (0..self.keys.len()).filter(|&at| self.present[at]) {
                if self.is_end(at, links) {
                    ends.entry(self.keys[at].app.clone()).or_insert(at);
                }
            }
            ends
        };
        (first_of(&self.parents), first_of(&self.children))
    }

    /// Whether no link leads to the same application.
    fn is_end(&self, at: usize, links: &[Nodes]) -> bool {
        links[at].iter().all(|&other| self.keys[other].app != self.keys[at].app)
    }

    /// Lets each squashed migration take the place of what it replaces, or drops it: it is used where all or none of that is
    /// applied. Squashed migrations that others replace come first.
    fn squash(&mut self) {
        let mut squashed: Vec<usize> = self.replaces.keys().copied().collect();
        squashed.sort_unstable();
        let mut done = HashSet::new();
        for at in squashed {
            self.squash_one(at, &mut done);
        }
    }

    fn squash_one(&mut self, at: usize, done: &mut HashSet<usize>) {
        if !done.insert(at) {
            return;
        }
        let targets = self.replaces.get(&at).cloned().unwrap_or_default();
        for &target in &targets {
            if self.replaces.contains_key(&target) {
                self.squash_one(target, done);
            }
        }
        let all = targets.iter().all(|&target| self.applied[target]);
        let any = targets.iter().any(|&target| self.applied[target]);
        self.applied[at] = all;
        if all || !any {
            self.take_over(at, &targets);
        } else {
            self.step_back(at, &targets);
        }
    }

    /// `at` inherits the links of `targets`, which go.
    fn take_over(&mut self, at: usize, targets: &[usize]) {
        let inside: HashSet<usize> = targets.iter().copied().collect();
        for &target in targets {
            if std::mem::replace(&mut self.present[target], false) {
                self.replaced.push(self.keys[target].clone());
            }
            for child in std::mem::take(&mut self.children[target]) {
                self.parents[child].remove(target);
                if !inside.contains(&child) && child != at {
                    self.children[at].insert(child);
                    self.parents[child].insert(at);
                }
            }
            for parent in std::mem::take(&mut self.parents[target]) {
                self.children[parent].remove(target);
                if !inside.contains(&parent) && parent != at {
                    self.parents[at].insert(parent);
                    self.children[parent].insert(at);
                }
            }
        }
    }

    /// `at` goes; what came after it comes after the last of `targets`.
    fn step_back(&mut self, at: usize, targets: &[usize]) {
        self.present[at] = false;
        let there: Vec<usize> = targets.iter().copied().filter(|&target| self.present[target]).collect();
        let passed: HashSet<usize> = there.iter().flat_map(|&target| self.parents[target].iter().copied()).collect();
        let last: Vec<usize> = there.into_iter().filter(|target| !passed.contains(target)).collect();
        for child in std::mem::take(&mut self.children[at]) {
            self.parents[child].remove(at);
            for &target in &last {
                self.parents[child].insert(target);
                self.children[target].insert(child);
            }
        }
        for parent in std::mem::take(&mut self.parents[at]) {
            self.children[parent].remove(at);
        }
    }

    fn check(&mut self, on_disk: &[(Key, &Migration)], wanted: &HashMap<usize, Wanted<'_>>) {
        let disk = LazyCell::new(|| on_disk.iter().map(|(key, _)| key).collect::<HashSet<&Key>>());
        for at in 0..self.keys.len() {
            let is_named = !self.parents[at].is_empty() || !self.children[at].is_empty();
            if !self.present[at] && is_named && !disk.contains(&self.keys[at]) {
                let Some(wanted) = wanted.get(&at) else { continue };
                self.faults.push(Fault::MissingParent {
                    file: wanted.migration.file.clone(),
                    migration: self.keys[wanted.by].clone(),
                    parent: self.keys[at].clone(),
                });
            }
        }
        let on_cycle: Vec<Key> = self.cyclic().into_iter().map(|at| self.keys[at].clone()).collect();
        if !on_cycle.is_empty() {
            self.faults.push(Fault::Cycle { migrations: on_cycle });
        }
    }

    /// What is left when nodes without parents are taken away again and again, and then those without children.
    fn cyclic(&self) -> Vec<usize> {
        let mut left = vec![true; self.keys.len()];
        for (needs, needed_by) in [(&self.parents, &self.children), (&self.children, &self.parents)] {
            let mut open: Vec<usize> = needs.iter().map(|needs| needs.iter().filter(|&&at| left[at]).count()).collect();
            let mut free: Vec<usize> = (0..left.len()).filter(|&at| left[at] && open[at] == 0).collect();
            while let Some(at) = free.pop() {
                left[at] = false;
                for &other in needed_by[at].iter() {
                    open[other] -= 1;
                    if open[other] == 0 && left[other] {
                        free.push(other);
                    }
                }
            }
        }
        (0..left.len()).filter(|&at| left[at]).collect()
    }

    /// What is wrong with the graph.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Migrations on disk whose place a squashed one took.
    #[must_use]
    pub fn replaced(&self) -> &[Key] {
        &self.replaced
    }

    /// Every migration that nothing of its own application comes after.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Key> {
        self.leaf_nodes().into_iter().map(|at| &self.keys[at]).collect()
    }

    fn leaf_nodes(&self) -> Vec<usize> {
        (0..self.keys.len())
            .filter(|&at| self.present[at] && self.is_end(at, &self.children))
            .collect()
    }

    /// Applications with more than one leaf node: `migrate` refuses.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Vec<&Key>> {
        let leaves = self.leaves();
        leaves
            .chunk_by(|a, b| a.app == b.app)
            .filter(|leaves| leaves.len() > 1)
            .map(<[&Key]>::to_vec)
            .collect()
    }

    /// Every migration in the order in which Django applies them.
    #[must_use]
    pub fn plan(&self) -> Vec<&Key> {
        self.planned(self.leaf_nodes()).into_iter().map(|at| &self.keys[at]).collect()
    }

    /// What is not applied, in that order. Django does not look below a leaf node that is applied.
    #[must_use]
    pub fn pending(&self) -> Vec<&Key> {
        let waiting = self.leaf_nodes().into_iter().filter(|&leaf| !self.applied[leaf]).collect();
        self.planned(waiting)
            .into_iter()
            .filter(|&at| !self.applied[at])
            .map(|at| &self.keys[at])
            .collect()
    }

    /// For each of `targets` what it needs, depth first, then itself; as Django's executor makes its plan.
    fn planned(&self, targets: Vec<usize>) -> Vec<usize> {
        let mut opened = vec![false; self.keys.len()];
        let mut out = vec![false; self.keys.len()];
        let mut plan = Vec::new();
        for target in targets {
            let mut stack = vec![(target, false)];
            while let Some((at, processed)) = stack.pop() {
                if out[at] {
                    continue;
                }
                if processed {
                    out[at] = true;
                    if self.present[at] {
                        plan.push(at);
                    }
                } else if !std::mem::replace(&mut opened[at], true) {
                    stack.push((at, true));
                    stack.extend(self.parents[at].iter().map(|&parent| (parent, false)));
                }
            }
        }
        plan
    }

    /// Applied migrations with a parent that is not: `migrate` refuses.
    #[must_use]
    pub fn inconsistencies(&self) -> Vec<Inconsistency> {
        let mut found = Vec::new();
        for at in (0..self.keys.len()).filter(|&at| self.present[at] && self.recorded[at]) {
            for &parent in self.parents[at].iter() {
                let stands_in = || {
                    self.replaces
                        .get(&parent)
                        .is_some_and(|targets| targets.iter().all(|&target| self.recorded[target]))
                };
                if self.present[parent] && !self.recorded[parent] && !stands_in() {
                    found.push(Inconsistency {
                        applied: self.keys[at].clone(),
                        parent: self.keys[parent].clone(),
                    });
                }
            }
        }
        found
    }
}
