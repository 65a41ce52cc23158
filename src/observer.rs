//! What a check tells while it goes on.

use std::time::{Duration, Instant};

use crate::diagnosis::LayerReport;
use crate::layer::Layer;

/// Is told of a check as it goes on.
pub trait Observer {
    /// A layer is being probed: what is waited for, and for how long at most.
    fn begins(&mut self, _layer: Layer, _what: &str, _limit: Duration) {}

    /// A layer's row is there.
    fn row(&mut self, _row: &LayerReport) {}

    /// An attempt failed with what passes by itself, and is made again.
    fn waits(&mut self, _waiting: &Waiting<'_>) {}
}

/// What `--wait` waits for.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    /// The refusal, in words.
    pub refusal: &'a str,
    /// The attempt that comes next.
    pub attempt: i64,
    pub until: Instant,
}

/// For a check that nobody watches.
impl Observer for () {}
