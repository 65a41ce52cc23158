//! dbdoctor: says which layer between an application and its PostgreSQL is broken, and prints the fix.
//!
//! The library is what the binary, the tests and the fuzzers share; it is not a stable interface.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod app_server;
pub mod application;
pub mod aside;
pub mod chain;
pub mod cli;
pub mod command;
pub mod completion;
pub mod conninfo;
pub mod consumers;
pub mod container;
pub mod core_dump;
pub mod diagnosis;
pub mod dns;
pub mod exit_code;
pub mod explain;
pub mod file;
pub mod finding;
pub mod fleet;
pub mod foreign;
pub mod health;
pub mod layer;
pub mod listing;
pub mod mask;
pub mod migrations;
pub mod nearest;
pub mod net;
pub mod observer;
pub mod outcome;
pub mod own_limits;
pub mod parting;
pub mod pool;
pub mod pooler;
pub mod privileges;
pub mod probe;
pub mod process;
pub mod provider;
pub mod quote;
pub mod remedy;
pub mod report;
pub mod request;
pub mod runbook;
pub mod secret;
pub mod secret_text;
pub mod server;
pub mod settings;
pub mod shared;
pub mod systemd;
pub mod target;
pub mod targets;
pub mod tls;
pub mod venv;
pub mod verdict;
pub mod wait;
pub mod wordlike;
