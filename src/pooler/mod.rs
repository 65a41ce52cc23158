//! A pooler that stands in front of the server: which one it is, and what its console shows.

mod console;
mod kind;

pub use console::{COMMANDS, Console, DATABASE, DatabaseSeen, PoolSeen};
pub use kind::Pooler;
