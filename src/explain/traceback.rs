//! The lines of a traceback, as those who write one show them.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::{memchr, memmem};

use super::{clean, prefix};

/// How Python begins a traceback.
pub const TRACEBACK: &str = "Traceback (most recent call last)";

/// How many lines of a traceback are read back.
pub const FRAMES: usize = 400;

/// How many lines of code stand between two frames.
pub const CODE: usize = 3;

static QUOTED: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("&quot;"));

/// How many of the lines above belong to the traceback that ends below them; the nearest line comes first.
#[must_use]
pub fn length<'l>(above: impl Iterator<Item = &'l [u8]>) -> Option<usize> {
    let mut unsettled = 0;
    for (index, line) in above.take(FRAMES).enumerate() {
        let line = plain(line);
        if line.contains(TRACEBACK) {
            return Some(index + 1);
        }
        if names_file(&line) {
            unsettled = 0;
        } else if !is_frame(&line) && !is_numbered(&line) && !line.starts_with(['│', '╭', '╰']) {
            unsettled += 1;
        }
        if unsettled > CODE {
            break;
        }
    }
    None
}

/// The lines of a record as its program wrote them, without what stands before its message.
pub fn written(line: &[u8]) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
    let (one, several) = match plain(line) {
        Cow::Borrowed(text) => (Some(Cow::Borrowed(text)), Vec::new()),
        Cow::Owned(text) => (None, text.lines().map(|line| Cow::Owned(line.to_owned())).collect()),
    };
    one.into_iter().chain(several)
}

/// A line without what stands before its message. The message of a JSON record may have several lines.
pub fn plain(line: &[u8]) -> Cow<'_, str> {
    let is_packed = line.starts_with(b"{") || memchr(0x1b, line).is_some() || QUOTED.find(line).is_some() || clean::is_field(line);
    match str::from_utf8(line) {
        Ok(text) if !is_packed => Cow::Borrowed(prefix::strip(text).rest),
        _ => Cow::Owned(prefix::strip(&clean::record(line)).rest.to_owned()),
    }
}

/// `File "/srv/app.py", line 7, in save`, or as `IPython` writes it, `File /srv/app.py:7, in save()`.
#[must_use]
pub fn names_file(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with("File \"") || text.starts_with("File /") || text.starts_with("File ~/")
}

/// `│ ❱ 117 │   await connected │`, `-> 117     await connected`: code with the number of its line, which may speak of anything.
pub fn is_numbered(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '│', '❱', '-', '>']);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && text.len() < line.len() && text[digits..].starts_with(' ')
}

/// Whether a line can stand inside of a traceback.
pub fn is_frame(line: &str) -> bool {
    match line.as_bytes().first() {
        None | Some(b' ' | b'\t') => true,
        Some(b'^' | b'~') => is_mark(line),
        Some(b'a') => line.starts_with("at ") && line.ends_with(')'),
        Some(_) => false,
    }
}

/// What `IPython`, stackprinter, Rich and pytest write into a traceback: frames, the line that was running, what they leave out, and rules.
pub fn is_shown(line: &str) -> bool {
    const BEGINNINGS: &[&str] = &["...", "---", "╭", "│", "╰", ">", "_ _ "];
    names_file(line) || is_numbered(line) || BEGINNINGS.iter().any(|begin| line.starts_with(begin)) || is_assigned(line)
}

/// `self = <Engine>`, as pytest shows what a function was called with.
fn is_assigned(line: &str) -> bool {
    let name = line.split(' ').next().unwrap_or_default();
    line[name.len()..].starts_with(" = ") && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

/// `app.py:135: OperationalError`, where pytest says that it was raised, or passed through.
pub fn is_location(line: &str) -> bool {
    let place = line.split(' ').next().unwrap_or_default();
    let number = place.rsplit_once(".py:").and_then(|(_, number)| number.strip_suffix(':'));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `^^^^^^`, below the part of a line that was running.
pub fn is_mark(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|byte| matches!(byte, b'^' | b'~' | b' '))
}

/// Whether a line is the last of a traceback: what a logger writes above one is none.
pub fn ends_traceback(line: &str) -> bool {
    let name = line.split([':', ' ']).next().unwrap_or_default();
    is_exception(line) && (name.contains('.') || name.ends_with("Error") || name.ends_with("Exception"))
}

pub fn is_exception(line: &str) -> bool {
    let name = line.split([':', ' ']).next().unwrap_or_default();
    !name.is_empty()
        && name.contains(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
}
