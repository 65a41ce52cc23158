//! The whole binary against real servers. The files mirror `src/probe/`: one layer each.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test says what is wrong by panicking")]

#[allow(dead_code, reason = "the demo and the tests use different parts of the laboratory")]
#[path = "../lab/mod.rs"]
mod lab;

mod harness;

mod auth;
mod chain;
mod config;
mod dns;
mod laboratory;
mod migrations;
mod pool;
mod pooler;
mod privileges;
mod secrets;
mod tcp;
mod tls;
