//! One probe for each layer.

pub mod config;
