//! The laboratory: real servers on loopback, broken in every way that the tests need.
//!
//! - [`server`]: PostgreSQL, with one role per way to fail ([`matrix`]).
//! - [`pgbouncer`], [`dns`], [`hostile`]: what else stands between an application and its database.
//! - [`attacker`], [`forged_tls`], [`rogue_dns`]: peers that no real software is like, with a script of what they send.
//! - [`authority`]: certificates. [`project`], [`python`], [`node`], [`ruby`]: applications with migrations, and the tools that make them.
//! - [`service`]: units of systemd, and real application servers started as they say.
//! - [`manager`]: the real systemd as their manager.
//! - [`supervisor`]: nothing outlives the process that started it, however that process ends.
//!
//! Whatever goes wrong here is a panic: a laboratory that is not in order proves nothing.

pub mod account;
pub mod attacker;
pub mod authority;
pub mod blackhole;
pub mod canary;
pub mod database;
pub mod dns;
pub mod dsn;
pub mod flights;
pub mod forged_tls;
pub mod german;
pub mod hostile;
pub mod install;
pub mod manager;
pub mod matrix;
pub mod network;
pub mod node;
pub mod pgbouncer;
pub mod port;
pub mod project;
pub mod python;
pub mod readme;
pub mod release;
pub mod revocation;
pub mod rogue_dns;
pub mod ruby;
pub mod schema;
pub mod server;
pub mod service;
pub mod session;
pub mod settings;
pub mod skip;
pub mod supervisor;
pub mod template;
pub mod tools;
pub mod workdir;
