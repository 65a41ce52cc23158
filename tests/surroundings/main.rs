//! Whether those who were written elsewhere take what the project hands them: shells, pagers, service managers, engines.
//!
//! What a machine lacks is installed or fetched where that is possible, else the test says that it was skipped.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test says what is wrong by panicking")]

#[allow(dead_code, unused_imports, unused_macros, reason = "these tests use few parts of the laboratory")]
#[path = "../lab/mod.rs"]
mod lab;

mod ansible;
mod ci;
mod completions;
mod containers;
mod help;
mod kubernetes;
mod man;
mod package;
mod pre_commit;
mod program;
mod prometheus;
mod readme;
mod scripts;
mod systemd;
mod targets;
