//! One question to the application's Python, under a time limit.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::raised::{self, Described, Raised};
use super::runtime::Runtime;
use crate::foreign::Foreign;

const BOOTSTRAP: &str = include_str!("bootstrap.py");

/// The longest answer, in bytes.
const LONGEST: u64 = 8 * 1024 * 1024;

/// How much of the end of standard error is kept, in bytes.
const TAIL: usize = 4 * 1024;

/// How long a process that has ended may leave its last words on the way.
const GRACE: Duration = Duration::from_millis(300);

/// What is asked.
#[derive(Debug)]
pub struct Question<'a> {
    /// What the code is called while it runs (`sys.argv[0]`).
    pub name: &'a str,
    /// Python that defines `answer(argument)`.
    pub code: &'a str,
    pub argument: serde_json::Value,
    pub limit: Duration,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// Python cannot be run, and why.
    Impossible(String),
    /// It was stopped after the limit.
    TooLate(Duration),
    /// The process ended without an answer: how, and its last words on standard error.
    Died { how: String, said: Foreign },
    /// The code raised an exception.
    Raised(Box<Raised>),
    /// What came back is no answer of the kind that was asked for.
    Unfit(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reply<A> {
    Answer(A),
    Raised(Vec<Described>),
}

impl Runtime {
    /// Asks the application's Python.
    ///
    /// # Errors
    ///
    /// Why there is no answer.
    pub fn ask<A: DeserializeOwned>(&self, question: &Question<'_>) -> Result<A, Unanswered> {
        let (own, theirs) = UnixStream::pair().map_err(|error| Unanswered::Impossible(format!("no channel to it: {error}")))?;
        let mut command = self.command(&["-B", "-c", BOOTSTRAP]).map_err(Unanswered::Impossible)?;
        let mut child = command
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Unanswered::Impossible(format!("{} cannot be run: {error}", self.described())))?;
        // The command holds the other end too.
        drop(command);
        let deadline = Instant::now() + question.limit;
        let _unread = child.stdout.take().map(tail);
        let said = child.stderr.take().map(tail);
        let text = serde_json::json!({"name": question.name, "code": question.code, "argument": question.argument}).to_string();
        let answer = exchange(&own, text);
        let (answer, ended) = wait(&mut child, &answer, deadline);
        let status = stop(&mut child);
        // Ends the reader, where a process that left the group holds the other end.
        let _ = own.shutdown(Shutdown::Both);
        let veil = self.veil();
        match answer {
            Some(text) if text.ends_with(b"\n") => match serde_json::from_slice(&text) {
                Ok(Reply::Answer(answer)) => Ok(answer),
                Ok(Reply::Raised(chain)) => Err(raised::chained(chain, &veil).map_or_else(
                    || Unanswered::Unfit("the application's Python failed and did not say why".to_owned()),
                    |raised| Unanswered::Raised(Box::new(raised)),
                )),
                Err(error) => Err(Unanswered::Unfit(format!(
                    "the application's Python gave an answer of another form (line {}, column {})",
                    error.line(),
                    error.column()
                ))),
            },
            Some(text) if text.len() as u64 >= LONGEST => Err(Unanswered::Unfit(format!(
                "the answer is longer than {} MiB",
                LONGEST / 1024 / 1024
            ))),
            Some(_) | None if ended => {
                let said = said.and_then(|said| said.recv_timeout(GRACE).ok()).unwrap_or_default();
                Err(Unanswered::Died {
                    how: status.map_or_else(|| "ended".to_owned(), |status| status.to_string()),
                    said: veil.over_text(said.trim_ascii_end()),
                })
            }
            Some(_) | None => Err(Unanswered::TooLate(question.limit)),
        }
    }
}

/// Sends the question; the answer's line comes out of the channel.
fn exchange(own: &UnixStream, question: String) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    // Without a handle of its own there is no reader, and the answer does not come.
    if let Ok(mut stream) = own.try_clone() {
        std::thread::spawn(move || {
            let mut text = Zeroizing::new(Vec::new());
            let mut piece = Zeroizing::new([0; 8192]);
            let asked = stream.write_all(format!("{question}\n").as_bytes());
            while asked.is_ok() && !text.ends_with(b"\n") && (text.len() as u64) < LONGEST {
                match stream.read(piece.as_mut_slice()) {
                    Ok(read) if read > 0 => text.extend_from_slice(&piece[..read]),
                    Ok(_) | Err(_) => break,
                }
            }
            let _ = sender.send(text);
        });
    }
    receiver
}

/// The answer, if one came in time, and whether the process ended before.
fn wait(child: &mut Child, answer: &Receiver<Zeroizing<Vec<u8>>>, deadline: Instant) -> (Option<Zeroizing<Vec<u8>>>, bool) {
    loop {
        match answer.recv_timeout(Duration::from_millis(20)) {
            Ok(text) => {
                let whole = text.ends_with(b"\n");
                return (Some(text), !whole);
            }
            Err(RecvTimeoutError::Disconnected) => return (None, true),
            Err(RecvTimeoutError::Timeout) if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) => {
                return (answer.recv_timeout(GRACE).ok(), true);
            }
            Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => return (None, false),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Ends the process and all others of its group.
fn stop(child: &mut Child) -> Option<ExitStatus> {
    // One that has ended by itself is to say how.
    let status = child.try_wait().ok().flatten();
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    status.or_else(|| child.wait().ok())
}

/// The end of what a pipe carries; the rest is read and thrown away, so that nobody waits to be read.
fn tail(mut pipe: impl std::io::Read + Send + 'static) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut kept = Zeroizing::new(Vec::new());
        let mut piece = Zeroizing::new([0; 8192]);
        while let Ok(read) = pipe.read(piece.as_mut_slice()) {
            if read == 0 {
                break;
            }
            kept.extend_from_slice(&piece[..read]);
            let surplus = kept.len().saturating_sub(TAIL);
            kept.drain(..surplus);
        }
        let _ = sender.send(kept);
    });
    receiver
}
