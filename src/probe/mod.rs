//! The probes, one per layer.

pub mod migrations;
