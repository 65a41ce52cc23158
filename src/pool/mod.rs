//! How many connections the server has left, and how many the application can open.

pub mod ask;
pub mod capacity;
pub mod code;
pub mod demand;
pub mod seen;
pub mod slots;
pub mod statement;
