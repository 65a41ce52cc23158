//! What is said with a PostgreSQL server, or with a pooler in front of it.

pub mod answer;
pub mod error;
pub mod refusal;
pub mod session;
pub mod session_state;
pub mod watch;
pub mod wire;
