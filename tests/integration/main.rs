//! The whole binary against real servers. The files mirror `src/probe/`: one layer each.
//!
//! A scenario is a test of a few lines: take a server (`Server::shared()`, or `Server::with` where it has to be broken as a whole),
//! call the binary (`Doctor::check()`), and judge the run: `sound()`, `warns(code)`, `fails(code)`, or `fails_in(layer, code)` where
//! another layer's probe met the fault. `exemplifies(code)` makes what is said the example of the finding's page. Every run is
//! searched for every password of the laboratory. What changes a database takes one of its own: `server.copy()`. What this machine
//! may not be able to do goes through `need!`, which says so.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test says what is wrong by panicking")]

#[allow(dead_code, reason = "the demo and the tests use different parts of the laboratory")]
#[path = "../lab/mod.rs"]
mod lab;

mod harness;

mod auth;
mod chain;
mod changing_files;
mod config;
mod dns;
mod dsn;
mod every_file;
mod exact;
mod explain;
mod fleet;
mod formats;
mod health;
mod hostile;
mod human;
mod laboratory;
mod locked_down;
mod majors;
mod memory;
mod migrations;
mod multihost;
mod odd_files;
mod other_tools;
mod pool;
mod pooler;
mod privileges;
mod proofs;
mod provider;
mod readme;
mod restarts;
mod runbook;
mod sandboxed;
mod secrets;
mod settings;
mod several_databases;
mod squashed;
mod states;
mod static_binary;
mod tcp;
mod tls;
mod traces;
mod translated;
mod wait;
