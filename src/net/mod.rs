//! Byte streams to a server, and what can be told from the bytes alone.

pub mod container;
pub mod greeting;
pub mod server_hello;
pub mod socket;
pub mod tap;
