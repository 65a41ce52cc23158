//! The step that every finding about used up connections shares.

use std::fmt::Display;

use crate::remedy::{Place, Step};

/// Bounds what the application may open.
#[must_use]
pub fn below(limit: impl Display) -> Step {
    Step::new(
        Place::AppConfig,
        format!(
            "make the pools smaller, so that hosts × workers × (pool size + overflow) stays below {limit}, or connect through a pooler"
        ),
    )
}
