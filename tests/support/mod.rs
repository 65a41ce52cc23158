//! What several tests use.

pub mod python;
