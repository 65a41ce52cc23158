//! What takes time to make and serves many targets: made once for all that ask for the same.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::task::JoinHandle;

use crate::aside;
use crate::probe::migrations::Trees;
use crate::probe::tls::Prepared;
use crate::target::TlsSettings;

/// How many are kept of each kind: a thousand targets may have a thousand settings.
const KEPT: usize = 16;

/// What the checks of one process share.
#[derive(Debug, Default)]
pub struct Shared {
    /// What keeps this process from checking anything.
    pub hindrance: Option<String>,
    /// By the settings, which decide whom it trusts: reading the system's certificates takes longer than all the rest.
    pub connectors: Once<TlsSettings, Prepared>,
    /// By the project and the virtual environment.
    pub trees: Once<(PathBuf, Option<PathBuf>), Trees>,
}

type Cell<V> = Arc<OnceLock<Arc<V>>>;

/// Values by their keys, each made once.
#[derive(Debug)]
pub struct Once<K, V>(Mutex<VecDeque<(K, Cell<V>)>>);

impl<K, V> Default for Once<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq, V: Send + Sync + 'static> Once<K, V> {
    /// Begins to make the value, unless somebody has or is about to.
    pub fn begin(&self, key: K, make: impl FnOnce() -> V + Send + 'static) -> JoinHandle<Arc<V>> {
        let cell = self.cell(key);
        aside::spawn(move || Arc::clone(cell.get_or_init(|| Arc::new(make()))))
    }

    fn cell(&self, key: K) -> Cell<V> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, cell)) = cells.iter().find(|(known, _)| *known == key) {
            return Arc::clone(cell);
        }
        if cells.len() == KEPT {
            cells.pop_front();
        }
        let cell = Cell::default();
        cells.push_back((key, Arc::clone(&cell)));
        cell
    }
}
