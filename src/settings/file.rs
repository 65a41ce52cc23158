//! Reads a file of settings: never more than fits, never for ever.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// The longest file of settings, in bytes.
pub const LONGEST: usize = 1024 * 1024;

/// The longest bundle of certificates, in bytes; a system's own has a few hundred KiB.
const LONGEST_BUNDLE: usize = 16 * 1024 * 1024;

/// How long a writer at the other end of a pipe may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// `O_NONBLOCK`, so that opening a pipe that nobody writes to does not wait for ever.
#[cfg(target_os = "linux")]
const NONBLOCKING: i32 = 0o4000;
#[cfg(not(target_os = "linux"))]
const NONBLOCKING: i32 = 0x4;

/// Why a file cannot be read as settings.
#[derive(Debug)]
pub enum Unread {
    /// The operating system's refusal.
    Refused(io::Error),
    /// `is a socket`
    Unfit(String),
}

/// The file's text.
///
/// # Errors
///
/// The operating system's refusal, or what makes the file unfit: a device, a pipe that does not end, too long, binary.
pub fn read(path: &Path) -> Result<Vec<u8>, Unread> {
    let text = read_at_most(path, LONGEST)?;
    if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") || is_wide(&text) {
        return Err(Unread::Unfit(
            "is UTF-16, which no reader of settings takes: save it as UTF-8".to_owned(),
        ));
    }
    if text.contains(&0) {
        return Err(Unread::Unfit("holds NUL bytes: it is no text".to_owned()));
    }
    Ok(text)
}

/// Whether it begins as text of two bytes a character does, every other of them zero.
fn is_wide(text: &[u8]) -> bool {
    let zero = |at: usize| text.get(at).map(|byte| *byte == 0);
    let pairs = |first: usize| (0..4).all(|pair| zero(2 * pair + first) == Some(true) && zero(2 * pair + 1 - first) == Some(false));
    pairs(0) || pairs(1)
}

/// The bytes of a certificate, a key or another file that the settings name.
///
/// # Errors
///
/// The operating system's refusal, or in its form what makes the file unfit.
pub fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    read_at_most(path, LONGEST_BUNDLE).map_err(|unread| match unread {
        Unread::Refused(error) => error,
        Unread::Unfit(why) => io::Error::other(format!("it {why}")),
    })
}

fn read_at_most(path: &Path, limit: usize) -> Result<Vec<u8>, Unread> {
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(NONBLOCKING)
        .open(path)
        .map_err(Unread::Refused)?;
    let kind = file.metadata().map_err(Unread::Refused)?.file_type();
    if kind.is_dir() {
        return Err(Unread::Refused(ErrorKind::IsADirectory.into()));
    }
    if kind.is_socket() || kind.is_block_device() {
        return Err(Unread::Unfit("is a device or a socket, not a file".to_owned()));
    }
    let mut text = Vec::new();
    let mut piece = [0; 8192];
    let began = Instant::now();
    loop {
        match file.read(&mut piece) {
            Ok(0) if kind.is_fifo() && text.is_empty() => {
                return Err(Unread::Unfit("is a pipe that nobody writes to".to_owned()));
            }
            Ok(0) => return Ok(text),
            Ok(read) => text.extend_from_slice(&piece[..read]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if began.elapsed() > PATIENCE {
                    let limit = PATIENCE.as_secs();
                    return Err(Unread::Unfit(format!("is a pipe that did not end within {limit} s")));
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(Unread::Refused(error)),
        }
        if text.len() > limit {
            return Err(Unread::Unfit(format!("is longer than {} KiB: no file of settings", limit / 1024)));
        }
    }
}
