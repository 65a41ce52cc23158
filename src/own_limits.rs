//! What this process itself may not do: a limit of its own says nothing of the database.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::unix::net::UnixStream;

use rustix::io::Errno;
use tokio::runtime::{Builder, Runtime};

use crate::verdict::Breakage;

/// As many as a check has open at its busiest, beside one for each further address.
const OF_A_CHECK: usize = 16;

/// What the system's resolver opens for one name.
const OF_A_LOOKUP: usize = 4;

/// There is no room for one more.
const NO_ROOM: [Errno; 3] = [Errno::NOMEM, Errno::NFILE, Errno::MFILE];

/// What checks run on, and why they cannot, where they cannot: then it has a clock, and no network.
///
/// # Errors
///
/// The system's words where there is not even that.
pub fn runtime() -> io::Result<(Runtime, Result<(), Breakage>)> {
    let whole = descriptors(OF_A_CHECK).and_then(|()| Builder::new_current_thread().enable_all().build().map_err(|error| hindered(&error)));
    match whole {
        Ok(runtime) => Ok((runtime, Ok(()))),
        Err(breakage) => Ok((Builder::new_current_thread().enable_time().build()?, Err(breakage))),
    }
}

/// Whether a name can be looked up at all.
///
/// # Errors
///
/// The system's words where it cannot.
pub fn lookup() -> Result<(), Breakage> {
    descriptors(OF_A_LOOKUP)?;
    UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))
        .map(drop)
        .map_err(|error| hindered(&error))
}

/// Whether so many file descriptors are to be had.
fn descriptors(count: usize) -> Result<(), Breakage> {
    // Sockets need no file system.
    let pairs: io::Result<Vec<_>> = (0..count.div_ceil(2)).map(|_| UnixStream::pair()).collect();
    pairs.map(drop).map_err(|error| hindered(&error))
}

fn hindered(error: &io::Error) -> Breakage {
    Breakage(if has_no_room(error) {
        format!("this process may not open enough files and sockets: {error}; see ulimit -n (LimitNOFILE= of a unit)")
    } else {
        format!(
            "this process may not open the sockets that a check needs: {error}; see what its sandbox forbids (RestrictAddressFamilies= and \
             SystemCallFilter= of a unit, the seccomp profile of a container)"
        )
    })
}

fn has_no_room(error: &io::Error) -> bool {
    Errno::from_io_error(error).is_some_and(|code| NO_ROOM.contains(&code))
}

/// No socket is to be had, so that nothing was tried yet.
#[derive(Debug)]
pub struct NoSocket(io::Error);

impl NoSocket {
    /// For the errors of a connection: see [`Self::in_error`].
    #[must_use]
    pub fn error(error: io::Error) -> io::Error {
        io::Error::new(error.kind(), Self(error))
    }

    /// What keeps this process from having a socket, where that is the error. A kernel without IPv6 hinders the application as well.
    #[must_use]
    pub fn in_error(error: &io::Error, is_ipv6: bool) -> Option<Breakage> {
        if has_no_room(error) {
            return Some(hindered(error));
        }
        let Self(own) = error.get_ref()?.downcast_ref()?;
        let is_of_the_kernel = is_ipv6 && Errno::from_io_error(own) == Some(Errno::AFNOSUPPORT);
        (!is_of_the_kernel).then(|| hindered(own))
    }
}

impl fmt::Display for NoSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for NoSocket {}
