//! The probes: one file per layer.
//!
//! Each takes what the layer below found and hands back a [`crate::verdict::Probed`] with what the layer above needs, so that
//! none can run before the one under it passed.

pub mod application;
pub mod auth;
pub mod config;
pub mod dns;
pub mod hosts;
pub mod migrations;
pub mod pool;
pub mod privileges;
pub mod tcp;
pub mod tls;
pub mod way;
