//! What `explain` is given: a finding's code, an error text, a file, or standard input.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail};
use tokio::sync::oneshot;

use super::encoded::Encoded;
use super::paste;
use super::scan::{Scanner, Told};
use crate::finding::{self, Kind};
use crate::layer::Layer;

/// How much is read at once.
const READ: usize = 256 << 10;

/// What is to be explained.
pub enum Input {
    Code(&'static Kind),
    /// A log, or a text given on the command line.
    Log(Box<dyn Read + Send>),
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(kind) => f.debug_tuple("Code").field(&kind.code()).finish(),
            Self::Log(_) => f.write_str("Log"),
        }
    }
}

impl Input {
    /// Tells by its look what was given: a code, `-`, the path of a file that exists, else a text. Nothing given is standard input.
    ///
    /// # Errors
    ///
    /// A code that does not exist, a file that cannot be opened, or a terminal to read from.
    pub fn of(given: Option<&str>) -> anyhow::Result<Self> {
        let Some(given) = given.filter(|given| *given != "-") else {
            if given.is_none() && io::stdin().is_terminal() {
                bail!("nothing to explain: give a finding's code, an error text or a file, or pipe a log in");
            }
            return Ok(Self::Log(Box::new(io::stdin())));
        };
        if let Some(kind) = finding::by_code(given) {
            return Ok(Self::Code(kind));
        }
        let is_word = !given.contains(char::is_whitespace);
        let path = Path::new(given);
        if path.exists() || is_word && is_path(given) {
            #[expect(clippy::disallowed_methods, reason = "a log is read as it comes, from a pipe too")]
            let file = File::open(path).with_context(|| format!("\"{}\" cannot be opened", given.escape_debug()))?;
            if path.is_dir() {
                bail!("\"{}\" is a directory: give a file", given.escape_debug());
            }
            return Ok(Self::Log(Box::new(file)));
        }
        Ok(Self::Log(Box::new(io::Cursor::new(given.as_bytes().to_vec()))))
    }
}

/// Whether a word was meant for a file, even where there is none of that name: it begins as a path does, or ends as a log's name.
fn is_path(word: &str) -> bool {
    const ENDS: [&str; 9] = [".log", ".txt", ".out", ".err", ".json", ".jsonl", ".csv", ".gz", ".log.1"];
    ["/", "./", "../", "~/"].iter().any(|start| word.starts_with(start)) || ENDS.iter().any(|end| word.ends_with(end))
}

/// Whether a text was meant for a finding's code.
#[must_use]
pub fn is_like_a_code(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(layer, slug)| Layer::ALL.iter().any(|known| known.name() == layer) && !slug.contains(char::is_whitespace))
}

/// Reads a log to its end, or to the moment of an interrupt: a followed log has no end.
///
/// # Errors
///
/// What the operating system says while reading.
pub fn read(log: Box<dyn Read + Send>, since: Option<String>) -> anyhow::Result<Told> {
    let scanner = Arc::new(Mutex::new(Scanner::since(since.clone())));
    let (done, finished) = oneshot::channel();
    let shared = Arc::clone(&scanner);
    std::thread::spawn(move || {
        let mut log = Encoded::new(log);
        let mut bytes = vec![0; READ];
        let mut pasted = Some(Vec::new());
        let result = loop {
            match log.read(&mut bytes) {
                Ok(0) => break Ok(pasted),
                Ok(length) => {
                    pasted = pasted.filter(|pasted: &Vec<u8>| pasted.len() + length <= paste::LONGEST);
                    if let Some(pasted) = &mut pasted {
                        pasted.extend_from_slice(&bytes[..length]);
                    }
                    shared.lock().unwrap_or_else(PoisonError::into_inner).feed(&bytes[..length]);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        // An interrupt has gone ahead of it.
        let _ = done.send(result);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        tokio::select! {
            result = finished => result.unwrap_or(Ok(None)),
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    });
    let pasted = result.context("the log cannot be read")?;
    if let Some(text) = pasted.and_then(|pasted| paste::straightened(&pasted)) {
        let mut scanner = Scanner::since(since);
        scanner.feed(text.as_bytes());
        let told = scanner.finish();
        if !told.groups.is_empty() {
            return Ok(told);
        }
    }
    let scanner = std::mem::take(&mut *scanner.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(scanner.finish())
}
