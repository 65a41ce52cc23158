//! What this process itself may not do: a limit of its own says nothing of the database.

use std::os::unix::net::UnixStream;

use crate::verdict::Breakage;

/// As many as a check has open at its busiest, beside one for each further address.
pub const OF_A_CHECK: usize = 16;

/// What the system's resolver opens for one name.
pub const OF_A_LOOKUP: usize = 4;

/// Whether so many file descriptors are to be had.
///
/// # Errors
///
/// The system's words where they are not.
pub fn descriptors(count: usize) -> Result<(), Breakage> {
    // Sockets need no file system.
    let pairs: Result<Vec<_>, _> = (0..count.div_ceil(2)).map(|_| UnixStream::pair()).collect();
    match pairs {
        Ok(_) => Ok(()),
        Err(error) => Err(Breakage(format!(
            "this process may not open enough files and sockets: {error}; see ulimit -n (LimitNOFILE= of a unit)"
        ))),
    }
}
