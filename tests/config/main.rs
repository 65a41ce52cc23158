//! The config layer: every finding from settings that really have the fault, and no secret in any text.

#[path = "../support/request.rs"]
mod request;
#[path = "../support/mod.rs"]
mod support;

mod dsn;
mod environment;
mod files;
mod harness;
mod leaks;
mod libpq_defaults;
mod sources;
mod target;
