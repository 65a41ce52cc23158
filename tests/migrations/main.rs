//! The migrations layer against the real Alembic and the real Django, and its judgement of what a server answers.

#![allow(clippy::unwrap_used, clippy::print_stderr)]
// The answers that tests make up have the session's own type.
#![allow(clippy::result_large_err, clippy::unnecessary_wraps)]

mod alembic;
mod command;
mod django;
mod judge;
#[allow(dead_code, unused_imports, unused_macros, reason = "these tests use a part of the laboratory")]
#[path = "../lab/mod.rs"]
mod lab;
mod odd;
mod other_tools;
#[allow(dead_code, reason = "these tests use a part of it")]
#[path = "../support/postgres.rs"]
mod postgres;
mod project;
mod public;
mod server;
mod speed;
mod third_party;
mod tools;
