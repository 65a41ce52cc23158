//! Host names: what the system's resolver says, which decides, and what DNS itself says, which explains.

pub mod hosts_file;
pub mod name_servers;
pub mod system;
