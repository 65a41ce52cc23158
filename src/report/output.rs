//! Where a report goes: standard output, or a file that is there as a whole or not at all.

use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::Out;

/// How long a pipe's reader may take to come, and how often it is looked for.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(10);

/// Where a report goes.
#[derive(Debug)]
pub struct Output(Rc<RefCell<Pending>>);

/// A report that is being written.
#[derive(Debug)]
struct Pending {
    sink: Sink,
    /// The first trouble in writing.
    trouble: Option<io::Error>,
    /// Where it is written, and what it becomes; `None` where it is written in place: a pipe or a device cannot be replaced.
    becomes: Option<(PathBuf, PathBuf)>,
}

#[derive(Debug)]
enum Sink {
    Standard(io::Stdout),
    File(BufWriter<File>),
}

impl Sink {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Standard(stdout) => stdout,
            Self::File(file) => file,
        }
    }
}

impl Output {
    /// Standard output.
    #[must_use]
    pub fn standard() -> Self {
        Self::new(Sink::Standard(io::stdout()), None)
    }

    fn new(sink: Sink, becomes: Option<(PathBuf, PathBuf)>) -> Self {
        Self(Rc::new(RefCell::new(Pending {
            sink,
            trouble: None,
            becomes,
        })))
    }

    /// A file. Until [`Output::commit`] a reader finds what was there before.
    ///
    /// # Errors
    ///
    /// When it cannot be written there.
    pub fn file(path: &Path) -> io::Result<Self> {
        let (file, becomes) = match fs::metadata(path) {
            Ok(there) if there.file_type().is_fifo() => (pipe(path)?, None),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(there) if !there.is_file() => (OpenOptions::new().write(true).open(path)?, None),
            there => {
                // A link stays one: what it leads to is replaced.
                let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
                let name = place
                    .file_name()
                    .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it names no file"))?;
                let temporary = place.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
                let file = OpenOptions::new().write(true).create(true).truncate(true).open(&temporary)?;
                if let Ok(there) = there {
                    file.set_permissions(there.permissions())?;
                }
                (file, Some((temporary, place)))
            }
        };
        Ok(Self::new(Sink::File(BufWriter::new(file)), becomes))
    }

    /// What a reporter writes to.
    #[must_use]
    pub fn writer(&self) -> Out {
        Box::new(Writer(Rc::clone(&self.0)))
    }

    /// Whether a person may be looking on.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self.0.borrow().sink, Sink::File(_))
    }

    /// The report is whole.
    ///
    /// # Errors
    ///
    /// When not all of it could be written; a file that was there before stays. That a reader has gone is its own affair.
    pub fn commit(self) -> io::Result<()> {
        let pending = &mut *self.0.borrow_mut();
        let flushed = pending.sink.writer().flush();
        let is_of_the_reader = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
        match pending.trouble.take().map_or(flushed, Err) {
            Err(error) if !is_of_the_reader(&error) => return Err(error),
            Ok(()) | Err(_) => {}
        }
        if let Some((temporary, place)) = &pending.becomes {
            fs::rename(temporary, place)?;
            pending.becomes = None;
        }
        Ok(())
    }
}

/// A pipe, once somebody reads from it; nobody is waited for for ever.
fn pipe(path: &Path) -> io::Result<File> {
    let began = Instant::now();
    let file = loop {
        match rustix::fs::open(path, OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()) {
            Ok(file) => break file,
            Err(Errno::NXIO) if began.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(Errno::NXIO) => {
                let limit = PATIENCE.as_secs();
                return Err(io::Error::other(format!("it is a pipe, and nobody has read from it for {limit} s")));
            }
            Err(error) => return Err(error.into()),
        }
    };
    let flags = rustix::fs::fcntl_getfl(&file)?;
    rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK)?;
    Ok(file.into())
}

impl Pending {
    fn keep_trouble<T>(&mut self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.inspect_err(|error| self.trouble = Some(io::Error::new(error.kind(), error.to_string())))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.becomes {
            // What is left over harms nobody.
            let _ = fs::remove_file(temporary);
        }
    }
}

struct Writer(Rc<RefCell<Pending>>);

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let pending = &mut *self.0.borrow_mut();
        let written = pending.sink.writer().write(bytes);
        pending.keep_trouble(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let pending = &mut *self.0.borrow_mut();
        let flushed = match &mut pending.sink {
            Sink::Standard(stdout) => stdout.flush(),
            // It is whole at the end, or not there.
            Sink::File(_) => Ok(()),
        };
        pending.keep_trouble(flushed)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_reader_finds_the_old_or_the_new() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("dbdoctor.prom");
        fs::write(&path, "old").unwrap();
        let output = Output::file(&path).unwrap();
        output.writer().write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert!(
            fs::read_dir(directory.path())
                .unwrap()
                .flatten()
                .all(|entry| entry.path() == path || entry.path().extension().unwrap() != "prom")
        );
        output.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_report_that_is_given_up_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report");
        drop(Output::file(&path).unwrap());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_device_is_never_replaced() {
        let output = Output::file(Path::new("/dev/null")).unwrap();
        output.writer().write_all(b"x").unwrap();
        output.commit().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
