//! The config layer: every finding from settings that really have the fault, and no secret in any text.

mod dsn;
mod environment;
mod files;
mod harness;
mod leaks;
mod sources;
mod target;
