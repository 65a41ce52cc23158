//! A few nodes of a graph: most migrations have one before them and one behind.

use std::ops::Deref;

/// Their numbers, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Nodes(Vec<usize>);

impl Deref for Nodes {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.0
    }
}

impl IntoIterator for Nodes {
    type Item = usize;
    type IntoIter = std::vec::IntoIter<usize>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Nodes {
    pub(super) fn insert(&mut self, node: usize) {
        if let Err(place) = self.0.binary_search(&node) {
            self.0.insert(place, node);
        }
    }

    pub(super) fn remove(&mut self, node: usize) {
        if let Ok(place) = self.0.binary_search(&node) {
            self.0.remove(place);
        }
    }
}
