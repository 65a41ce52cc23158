//! A pooler that stands in front of the server: which one it is, and what its console shows.

mod console;
mod kind;
mod tables;

pub use console::{COMMANDS, ClientLimit, Console};
pub use kind::Pooler;
pub use tables::{DatabaseSeen, PoolSeen};
