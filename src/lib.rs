//! dbdoctor: says which layer between an application and its PostgreSQL is broken, and prints the fix.
//!
//! The library is what the binary, the tests and the fuzzers share; it is not a stable interface.

pub mod diagnosis;
pub mod exit_code;
pub mod finding;
pub mod foreign;
pub mod layer;
pub mod migrations;
pub mod probe;
pub mod quote;
pub mod remedy;
pub mod request;
pub mod secret;
pub mod server;
pub mod target;
pub mod verdict;
