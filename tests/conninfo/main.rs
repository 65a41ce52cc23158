//! The reading of connection strings, against the real libpq 17 and 18.

#[path = "../support/strings.rs"]
mod strings;
#[path = "../support/mod.rs"]
mod support;

mod corpus;
mod differential;
mod mask;
