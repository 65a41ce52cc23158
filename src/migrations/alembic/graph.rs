//! The revisions of one tree, linked.

use std::collections::HashMap;
use std::path::PathBuf;

use super::revision::Revision;

/// What keeps Alembic from walking the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A revision names a parent, or a dependency, that no file declares.
    MissingParent {
        file: PathBuf,
        revision: String,
        parent: String,
        through: &'static str,
    },
    /// Two files declare the same id.
    Duplicate { revision: String, files: Vec<PathBuf> },
    /// Revisions that, by way of one another, come before themselves.
    Cycle { revisions: Vec<String> },
    /// A file in a version location that is no revision.
    Incomplete { file: PathBuf, missing: &'static str },
    /// Two revisions carry the same branch label, or a label is another revision's id.
    LabelTaken { label: String, revisions: Vec<String> },
    /// An id with a character that Alembic reserves.
    ReservedCharacter { file: PathBuf, revision: String },
}

/// The revisions, each known by its place in the list.
#[derive(Debug, Default)]
pub struct Graph {
    revisions: Vec<Revision>,
    by_id: HashMap<String, usize>,
    /// Per revision, its parents through `down_revision`.
    down: Vec<Vec<usize>>,
    /// Per revision, what it needs through `depends_on`.
    depends_on: Vec<Vec<usize>>,
    /// Parents and dependencies first, without what lies on a cycle.
    order: Vec<usize>,
    faults: Vec<Fault>,
}

impl Graph {
    /// Links revisions. Where an id is declared twice, the later file counts, as it does for Alembic.
    #[must_use]
    pub fn link(declared: Vec<Revision>) -> Self {
        let mut graph = Self {
            revisions: Vec::with_capacity(declared.len()),
            by_id: HashMap::with_capacity(declared.len()),
            down: Vec::with_capacity(declared.len()),
            depends_on: Vec::with_capacity(declared.len()),
            ..Self::default()
        };
        for revision in declared {
            graph.add(revision);
        }
        let labels = graph.labels();
        let mut missing = Vec::new();
        for revision in &graph.revisions {
            let mut parents = |names: &[String], through, find: &dyn Fn(&String) -> Option<usize>| -> Vec<usize> {
                let found = names.iter().filter_map(|parent| {
                    let at = find(parent);
                    if at.is_none() {
                        missing.push(Fault::MissingParent {
                            file: revision.file.clone(),
                            revision: revision.id.clone(),
                            parent: parent.clone(),
                            through,
                        });
                    }
                    at
                });
                found.collect()
            };
            let by_id = |id: &String| graph.by_id.get(id).copied();
            graph.down.push(parents(&revision.down, "down_revision", &by_id));
            // A label stands for the revision that declares it, and a dependency is a whole id: Alembic looks both up in one
            // dictionary before it has spread labels along their branches.
            let by_id_or_label = |id: &String| by_id(id).or_else(|| labels.get(id).copied());
            graph.depends_on.push(parents(&revision.depends_on, "depends_on", &by_id_or_label));
        }
        graph.faults.extend(missing);
        let sorted = graph.sorted(|_| false);
        graph.order = sorted.unwrap_or_else(|| {
            let cyclic = graph.cyclic();
            let revisions = graph.chosen(|at| cyclic[at]);
            graph.faults.push(Fault::Cycle { revisions });
            graph.sorted(|at| cyclic[at]).unwrap_or_default()
        });
        graph
    }

    fn add(&mut self, revision: Revision) {
        if revision.id.is_empty() || revision.id.contains(['@', '-', '+', ':']) {
            self.faults.push(Fault::ReservedCharacter {
                file: revision.file.clone(),
                revision: revision.id.clone(),
            });
        }
        let Some(&at) = self.by_id.get(&revision.id) else {
            self.by_id.insert(revision.id.clone(), self.revisions.len());
            self.revisions.push(revision);
            return;
        };
        let known = self.faults.iter_mut().find_map(|fault| match fault {
            Fault::Duplicate { revision: id, files } if *id == revision.id => Some(files),
            _ => None,
        });
        match known {
            Some(files) => files.push(revision.file.clone()),
            None => self.faults.push(Fault::Duplicate {
                revision: revision.id.clone(),
                files: vec![self.revisions[at].file.clone(), revision.file.clone()],
            }),
        }
        self.revisions[at] = revision;
    }

    /// Labels by name, their clashes noted.
    fn labels(&mut self) -> HashMap<String, usize> {
        let mut labels: HashMap<String, usize> = HashMap::new();
        let mut clashes = Vec::new();
        for (at, revision) in self.revisions.iter().enumerate() {
            for label in &revision.labels {
                let taken = self.by_id.get(label).copied().or_else(|| labels.insert(label.clone(), at));
                if let Some(other) = taken {
                    clashes.push(Fault::LabelTaken {
                        label: label.clone(),
                        revisions: self.ids(&[other, at]),
                    });
                }
            }
        }
        self.faults.extend(clashes);
        labels
    }

    /// Notes a fault that the files showed before they were linked.
    pub(super) fn note(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// What is wrong with the graph.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Revision> {
        self.by_id.get(id).map(|&at| &self.revisions[at])
    }

    /// Revisions without a parent.
    #[must_use]
    pub fn bases(&self) -> Vec<String> {
        self.chosen(|at| self.revisions[at].down.is_empty())
    }

    /// Revisions that no `down_revision` names: what `alembic heads` lists, and what `upgrade head` wants to be one.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        let named = self.named(&[&self.down]);
        self.chosen(|at| !named[at])
    }

    /// Heads that no `depends_on` names either: the rows of the version table once everything is applied.
    #[must_use]
    pub fn effective_heads(&self) -> Vec<String> {
        let named = self.named(&[&self.down, &self.depends_on]);
        self.chosen(|at| !named[at])
    }

    /// Every revision, parents and dependencies first; without those of a cycle.
    #[must_use]
    pub fn order(&self) -> Vec<String> {
        self.ids(&self.order)
    }

    /// The first and the last of [`Graph::order`].
    #[must_use]
    pub fn span(&self) -> Option<(&str, &str)> {
        let id = |at: &usize| self.revisions[*at].id.as_str();
        Some((id(self.order.first()?), id(self.order.last()?)))
    }

    /// Which revisions are applied once these are: themselves, their ancestors, what those depend on. Unknown ids are left out.
    #[must_use]
    pub fn applied<'a>(&self, rows: impl IntoIterator<Item = &'a str>) -> Applied {
        let start = rows.into_iter().filter_map(|id| self.by_id.get(id).copied());
        Applied(self.ancestry(start.collect()))
    }

    /// What is not applied, in the order in which an upgrade applies it.
    #[must_use]
    pub fn pending(&self, applied: &Applied) -> Vec<&Revision> {
        self.order
            .iter()
            .filter(|&&at| !applied.0[at])
            .map(|&at| &self.revisions[at])
            .collect()
    }

    /// Of `rows`, the pairs of which the first comes before the second.
    #[must_use]
    pub fn overlaps<'a>(&self, rows: &[&'a str]) -> Vec<(&'a str, &'a str)> {
        let mut pairs = Vec::new();
        for &later in rows {
            let applied = self.applied([later]);
            pairs.extend(
                rows.iter()
                    .filter(|&&earlier| earlier != later && self.by_id.get(earlier).is_some_and(|&at| applied.0[at]))
                    .map(|&earlier| (earlier, later)),
            );
        }
        pairs
    }

    /// The revisions that come after one of `rows`, in the order of an upgrade: not applied for certain, whatever else is.
    #[must_use]
    pub fn descendants(&self, rows: &[&str]) -> Vec<&Revision> {
        let rows: Vec<usize> = rows.iter().filter_map(|id| self.by_id.get(*id).copied()).collect();
        let mut after = vec![false; self.revisions.len()];
        for &at in &self.order {
            after[at] = self.parents(at).any(|parent| after[parent] || rows.contains(&parent));
        }
        self.order.iter().filter(|&&at| after[at]).map(|&at| &self.revisions[at]).collect()
    }

    /// Whether several heads are meant: each stands on a branch with a label that no other head's branch has.
    #[must_use]
    pub fn heads_are_labelled(&self) -> bool {
        let labels: Vec<Vec<&str>> = self
            .heads()
            .iter()
            .filter_map(|head| self.by_id.get(head))
            .map(|&head| self.branch_labels(head))
            .collect();
        labels.len() > 1
            && labels.iter().enumerate().all(|(at, own)| {
                own.iter().any(|label| {
                    labels
                        .iter()
                        .enumerate()
                        .all(|(other, theirs)| other == at || !theirs.contains(label))
                })
            })
    }

    /// The labels on the way from `head` down through `down_revision`.
    fn branch_labels(&self, head: usize) -> Vec<&str> {
        let mut seen = vec![false; self.revisions.len()];
        let mut stack = vec![head];
        let mut labels = Vec::new();
        while let Some(at) = stack.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                labels.extend(self.revisions[at].labels.iter().map(String::as_str));
                stack.extend(&self.down[at]);
            }
        }
        labels
    }

    fn parents(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        self.down[at].iter().chain(&self.depends_on[at]).copied()
    }

    fn ancestry(&self, mut stack: Vec<usize>) -> Vec<bool> {
        let mut seen = vec![false; self.revisions.len()];
        while let Some(at) = stack.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                stack.extend(self.parents(at));
            }
        }
        seen
    }

    fn named(&self, links: &[&[Vec<usize>]]) -> Vec<bool> {
        let mut named = vec![false; self.revisions.len()];
        for &parent in links.iter().copied().flatten().flatten() {
            named[parent] = true;
        }
        named
    }

    fn chosen(&self, is_chosen: impl Fn(usize) -> bool) -> Vec<String> {
        let chosen: Vec<usize> = (0..self.revisions.len()).filter(|&at| is_chosen(at)).collect();
        let mut ids = self.ids(&chosen);
        ids.sort_unstable();
        ids
    }

    fn ids(&self, at: &[usize]) -> Vec<String> {
        at.iter().map(|&at| self.revisions[at].id.clone()).collect()
    }

    /// Depth first from each revision in the order of the files, so that a branch stays together: every revision once its
    /// parents are out. `None` where one comes before itself by way of others that are not left out.
    fn sorted(&self, is_left_out: impl Fn(usize) -> bool) -> Option<Vec<usize>> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Out,
        }
        let mut marks = vec![Mark::New; self.revisions.len()];
        let mut order = Vec::with_capacity(self.revisions.len());
        for start in (0..self.revisions.len()).filter(|&at| !is_left_out(at)) {
            let mut stack = vec![start];
            while let Some(&at) = stack.last() {
                match marks[at] {
                    Mark::New => {
                        marks[at] = Mark::Open;
                        let before = stack.len();
                        for parent in self.parents(at).filter(|&parent| !is_left_out(parent)) {
                            match marks[parent] {
                                Mark::New => stack.push(parent),
                                // What is open waits for `at`.
                                Mark::Open => return None,
                                Mark::Out => {}
                            }
                        }
                        stack[before..].reverse();
                    }
                    Mark::Open => {
                        marks[at] = Mark::Out;
                        order.push(at);
                        stack.pop();
                    }
                    Mark::Out => {
                        stack.pop();
                    }
                }
            }
        }
        Some(order)
    }

    /// What lies on a cycle, or between two: what is left when bases are taken away again and again, and then heads.
    fn cyclic(&self) -> Vec<bool> {
        let mut children = vec![Vec::new(); self.revisions.len()];
        let mut parents = vec![Vec::new(); self.revisions.len()];
        for (at, own) in parents.iter_mut().enumerate() {
            for parent in self.parents(at) {
                children[parent].push(at);
                own.push(parent);
            }
        }
        let mut left = vec![true; self.revisions.len()];
        peel(&mut left, &parents, &children);
        peel(&mut left, &children, &parents);
        left
    }
}

/// Takes away what has nothing left in `needs`, until nothing more can be taken.
fn peel(left: &mut [bool], needs: &[Vec<usize>], needed_by: &[Vec<usize>]) {
    let mut open: Vec<usize> = needs.iter().map(|needs| needs.iter().filter(|&&at| left[at]).count()).collect();
    let mut free: Vec<usize> = (0..left.len()).filter(|&at| left[at] && open[at] == 0).collect();
    while let Some(at) = free.pop() {
        left[at] = false;
        for &other in &needed_by[at] {
            open[other] -= 1;
            if open[other] == 0 && left[other] {
                free.push(other);
            }
        }
    }
}

/// Which revisions of a graph are applied.
#[derive(Debug, Clone)]
pub struct Applied(Vec<bool>);

impl Applied {
    /// How many are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.iter().filter(|&&applied| applied).count()
    }
}
