//! The probes, one per layer.
