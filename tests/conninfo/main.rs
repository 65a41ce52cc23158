//! The reading of connection strings, against the real libpq 17 and 18.

#[path = "../support/mod.rs"]
mod support;
#[path = "../support/strings.rs"]
mod strings;

mod corpus;
mod differential;
mod mask;
