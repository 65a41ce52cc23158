//! What is said with a PostgreSQL server, or with a pooler in front of it.

pub mod answer;
pub mod error;
pub mod session;
