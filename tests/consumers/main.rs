//! How each consumer reads connection strings, against the originals.
//!
//! A sample runs by default. `DBDOCTOR_TESTS=full` runs the whole: 100,000 strings for each libpq, 10,000 for each of the others.

#[path = "../support/strings.rs"]
mod strings;
#[path = "../support/mod.rs"]
mod support;

mod asyncpg;
mod choice;
mod django;
mod libpq;
mod original;
mod report;
mod spelling;
mod sqlalchemy;
