//! The one place that opens files which others write: never more than fits, never for ever, no device, and what was read is wiped when
//! it is dropped. Other ways to open one are lints (`.clippy.toml`).

use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use zeroize::Zeroizing;

/// The longest file of settings, in bytes.
pub const LONGEST: usize = 1024 * 1024;

/// The longest bundle of certificates, or file of the system's, in bytes; a system's own bundle has a few hundred KiB.
const LONGEST_BUNDLE: usize = 16 * 1024 * 1024;

/// How long a writer at the other end of a pipe may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The room that is made for a file of code before its size is known: most have less.
const USUAL: usize = 8 * 1024;

/// `O_NONBLOCK`, so that opening a pipe that nobody writes to does not wait for ever.
#[cfg(target_os = "linux")]
const NONBLOCKING: i32 = 0o4000;
#[cfg(not(target_os = "linux"))]
const NONBLOCKING: i32 = 0x4;

/// What a file holds; secrets may stand in it.
pub type Content = Zeroizing<Vec<u8>>;

/// Why a file cannot be read.
#[derive(Debug)]
pub enum Unread {
    /// The operating system's refusal.
    Refused(io::Error),
    /// `is a socket`
    Unfit(String),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Unread> for io::Error {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Refused(error) => error,
            Unread::Unfit(why) => Self::other(format!("it {why}")),
        }
    }
}

/// The text of a file of settings.
///
/// # Errors
///
/// The operating system's refusal, or what makes the file unfit: a device, a pipe that does not end, too long, binary.
pub fn read(path: &Path) -> Result<Content, Unread> {
    let text = whole(path, LONGEST)?;
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

/// The bytes of a certificate, a key or another file that the settings name, or of one that /proc has.
///
/// # Errors
///
/// The operating system's refusal, or in its form what makes the file unfit.
pub fn read_bytes(path: &Path) -> io::Result<Content> {
    whole(path, LONGEST_BUNDLE).map_err(io::Error::from)
}

/// The text of a file in which the system keeps what is no secret: under /etc, /proc or /sys. Bytes that are not UTF-8 are replaced.
///
/// # Errors
///
/// As for [`read_bytes`].
pub fn of_system(path: impl AsRef<Path>) -> io::Result<String> {
    read_bytes(path.as_ref()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The bytes of a regular file, as a listing called it, up to one more than `limit`. One that has become a pipe meanwhile is empty.
///
/// # Errors
///
/// The operating system's refusal.
pub fn read_listed(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(USUAL);
    open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The same of a file of that name in a directory that is open: the way to it is not looked up again.
///
/// # Errors
///
/// The operating system's refusal; a link that has taken the file's place is refused too.
pub fn read_listed_in(directory: &OwnedFd, name: &OsStr, limit: u64) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = File::from(rustix::fs::openat(directory, name, flags, Mode::empty())?);
    let mut bytes = Vec::with_capacity(USUAL);
    file.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A directory, opened to read many files in it.
///
/// # Errors
///
/// The operating system's refusal.
pub fn directory(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::DIRECTORY | OFlags::NONBLOCK;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

/// Whether a file that was seen to be a regular one begins so.
#[must_use]
pub fn starts_with(path: &Path, magic: &[u8]) -> bool {
    let mut start = vec![0; magic.len()];
    open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == magic
}

/// Whether somebody else's library may be given the path to open: it would wait for a pipe.
///
/// # Errors
///
/// What makes the file unfit.
pub fn is_plain(path: &Path) -> Result<(), String> {
    match std::fs::metadata(path) {
        Ok(status) => waits_for_nobody(&status).and_then(|()| fits(&status, LONGEST_BUNDLE)),
        // That there is none, is for the library to say.
        Err(_) => Ok(()),
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(NONBLOCKING).open(path)
}

fn whole(path: &Path, limit: usize) -> Result<Content, Unread> {
    // Opening a device can be an act of its own: it is asked for its kind first, and the open file again.
    no_device(&std::fs::metadata(path)?)?;
    let mut file = open(path)?;
    let status = file.metadata()?;
    no_device(&status)?;
    if status.is_file() {
        fits(&status, limit).map_err(Unread::Unfit)?;
    }
    let is_pipe = status.file_type().is_fifo();
    let mut content = Content::new(Vec::with_capacity(usize::try_from(status.len()).unwrap_or(limit).min(limit) + 1));
    let mut piece = Zeroizing::new([0; 8192]);
    let began = Instant::now();
    loop {
        match file.read(piece.as_mut()) {
            Ok(0) if is_pipe && content.is_empty() => {
                return Err(Unread::Unfit("is a pipe that nobody writes to".to_owned()));
            }
            Ok(0) => return Ok(content),
            Ok(length) => append(&mut content, &piece[..length]),
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
        if content.len() > limit {
            return Err(Unread::Unfit(too_long(limit)));
        }
    }
}

/// Growing in place would leave the shorter copies behind, with what stands in them.
fn append(content: &mut Content, piece: &[u8]) {
    if content.capacity() < content.len() + piece.len() {
        let mut larger = Content::new(Vec::with_capacity(2 * (content.len() + piece.len())));
        larger.extend_from_slice(content);
        *content = larger;
    }
    content.extend_from_slice(piece);
}

/// A directory, a socket, and every device but /dev/null, which reads as an empty file.
fn no_device(status: &Metadata) -> Result<(), Unread> {
    let kind = status.file_type();
    if kind.is_dir() {
        return Err(Unread::Refused(ErrorKind::IsADirectory.into()));
    }
    let is_null = || std::fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == status.rdev());
    if kind.is_socket() || kind.is_block_device() || kind.is_char_device() && !is_null() {
        return Err(Unread::Unfit("is a device or a socket, not a file".to_owned()));
    }
    Ok(())
}

fn waits_for_nobody(status: &Metadata) -> Result<(), String> {
    if status.file_type().is_fifo() {
        return Err("is a pipe, which nothing but its writer ends".to_owned());
    }
    match no_device(status) {
        Err(Unread::Unfit(why)) => Err(why),
        Err(Unread::Refused(_)) | Ok(()) => Ok(()),
    }
}

fn fits(status: &Metadata, limit: usize) -> Result<(), String> {
    match usize::try_from(status.len()) {
        Ok(length) if length <= limit => Ok(()),
        _ => Err(too_long(limit)),
    }
}

fn too_long(limit: usize) -> String {
    format!("is longer than {} KiB", limit / 1024)
}
