//! Watching a login go by: the authentication method, the parameters and the process id, which tokio-postgres keeps to itself.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::error::ServerError;
use super::wire::LARGEST_MESSAGE;
use crate::foreign::Foreign;
use crate::net::greeting::Speaker;
use crate::secret::Secret;
use crate::target::RequireAuth;

/// How the server wants the role's identity proven (PostgreSQL's documentation, "Message Formats", Authentication*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Nothing was asked: `trust`, `peer`, `cert` and their like.
    NoneAsked,
    Cleartext,
    Md5,
    ScramSha256,
    ScramSha256Plus,
    /// SASL's `OAUTHBEARER`, without SCRAM beside it; PostgreSQL 18 and later.
    OAuth,
    /// SASL with none of these mechanisms.
    OtherSasl,
    Kerberos,
    Gss,
    Sspi,
    Unknown(u32),
}

impl Method {
    /// The name that `pg_hba.conf` has for it, as far as the client can tell.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::NoneAsked => "none asked".into(),
            Self::Cleartext => "password".into(),
            Self::Md5 => "md5".into(),
            Self::ScramSha256 => "scram-sha-256".into(),
            Self::ScramSha256Plus => "scram-sha-256 (channel binding offered)".into(),
            Self::OAuth => "oauth".into(),
            Self::OtherSasl => "a SASL mechanism that no driver has".into(),
            Self::Kerberos => "krb5".into(),
            Self::Gss => "gss".into(),
            Self::Sspi => "sspi".into(),
            Self::Unknown(number) => format!("authentication request {number}"),
        }
    }

    /// The name that libpq's `require_auth` has for it.
    #[must_use]
    pub const fn required_name(self) -> &'static str {
        match self {
            Self::NoneAsked => "none",
            Self::Cleartext => "password",
            Self::Md5 => "md5",
            Self::ScramSha256 | Self::ScramSha256Plus => "scram-sha-256",
            Self::OAuth => "oauth",
            Self::Gss => "gss",
            Self::Sspi => "sspi",
            Self::OtherSasl | Self::Kerberos | Self::Unknown(_) => "",
        }
    }
}

/// The body of `BackendKeyData`: process id and key, as a CancelRequest repeats them.
#[derive(Debug, Clone)]
pub struct CancelKey(pub Secret);

/// More bytes than an answer takes: the connection is given up before they fill the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// A message declares so many.
    Declared(usize),
    /// More than so many came.
    Sent(usize),
    /// A row of the answer declares so many columns.
    Columns(u16),
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declared(bytes) => write!(f, "a message declares {bytes} bytes; real ones have far fewer"),
            Self::Sent(bytes) => write!(f, "more than {} KiB came, which no answer takes", bytes / 1024),
            Self::Columns(columns) => write!(f, "a row declares {columns} columns; no question asks for so many"),
        }
    }
}

/// The most that may come before the server is ready for queries, and in all.
const LONGEST_LOGIN: usize = 1024 * 1024;
const LONGEST_TALK: usize = 64 * 1024 * 1024;

/// The largest message of an answer; a list of ten thousand tables has about a tenth.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// What a message takes in memory besides its bytes; empty ones fill it too.
const WEIGHT_OF_MESSAGE: usize = 256;

/// More columns than any question asks for; of a row of nothing else each takes many times its bytes.
const MOST_COLUMNS: u16 = 256;

/// How far a login got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    #[default]
    Begun,
    /// The server took the role's proof of its password: the last word of a SCRAM exchange, which comes before the role is let in.
    ProofTaken,
    /// The role was let in; what follows is the database's word.
    Authenticated,
    Ready,
}

/// What went by until the server was ready for queries.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The first thing asked for.
    pub method: Option<Method>,
    pub progress: Progress,
    /// The server sent a proof of its own, right or wrong: SCRAM's last word.
    pub proven: bool,
    pub parameters: BTreeMap<String, Foreign>,
    pub backend_pid: Option<i32>,
    /// What a request to cancel has to show.
    pub cancel_key: Option<CancelKey>,
    /// The first bytes of something that is not a server's message.
    pub foreign: Option<Vec<u8>>,
    /// More came than any server sends.
    pub excess: Option<Excess>,
    /// Anything at all was received.
    pub heard: bool,
    /// With what words the server ended the session, where it did.
    pub farewell: Option<ServerError>,
}

/// A stream whose server messages are watched.
#[derive(Debug)]
pub struct Watch<S> {
    stream: S,
    seen: Arc<Mutex<Seen>>,
    /// Before a method that is not allowed the stream breaks, so that nothing is offered to it.
    allowed: Option<RequireAuth>,
    /// The beginning of a message: tag, length, and of some bodies a part.
    pending: Vec<u8>,
    /// Bytes of the current message that nobody wants.
    to_skip: usize,
    /// How much came so far.
    received: usize,
}

const HEADER_BYTES: usize = 5;

impl<S> Watch<S> {
    /// Begins to watch; `allowed` is libpq's `require_auth`.
    #[must_use]
    pub fn new(stream: S, allowed: Option<RequireAuth>) -> (Self, Arc<Mutex<Seen>>) {
        let seen = Arc::default();
        let watch = Self {
            stream,
            seen: Arc::clone(&seen),
            allowed,
            pending: Vec::new(),
            to_skip: 0,
            received: 0,
        };
        (watch, seen)
    }

    /// The stream below.
    pub const fn watched(&self) -> &S {
        &self.stream
    }

    fn follow(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.heard |= !bytes.is_empty();
        self.received = self.received.saturating_add(bytes.len());
        let most = if seen.progress == Progress::Ready {
            LONGEST_TALK
        } else {
            LONGEST_LOGIN
        };
        if self.received > most {
            seen.excess = Some(Excess::Sent(most));
            return Err(io::ErrorKind::InvalidData.into());
        }
        while !bytes.is_empty() {
            let skipped = self.to_skip.min(bytes.len());
            self.to_skip -= skipped;
            bytes = &bytes[skipped..];
            let wanted = wanted_bytes(&self.pending);
            let taken = wanted.saturating_sub(self.pending.len()).min(bytes.len());
            self.pending.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if self.pending.len() == HEADER_BYTES {
                self.received = self.received.saturating_add(WEIGHT_OF_MESSAGE);
                check_header(&self.pending, bytes, &mut seen)?;
            }
            if self.pending.len() >= HEADER_BYTES && self.pending.len() == wanted_bytes(&self.pending) {
                self.to_skip = HEADER_BYTES - 4 + declared(&self.pending) - self.pending.len();
                if seen.progress < Progress::Ready {
                    note(self.pending[0], &self.pending[HEADER_BYTES..], &mut seen);
                } else {
                    check_columns(&self.pending, &mut seen)?;
                }
                self.pending.clear();
                if let (Some(allowed), Some(method)) = (&self.allowed, seen.method)
                    && !allowed.allows(method.required_name())
                {
                    return Err(io::ErrorKind::PermissionDenied.into());
                }
            }
        }
        Ok(())
    }
}

/// The length that a header declares: of the message without its tag.
fn declared(header: &[u8]) -> usize {
    let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// How many bytes of the message at hand are to be kept. Of an authentication message just the request and its mechanisms: the rest
/// of a SCRAM exchange is nobody's business.
fn wanted_bytes(pending: &[u8]) -> usize {
    if pending.len() < HEADER_BYTES {
        return HEADER_BYTES;
    }
    let body = declared(pending).saturating_sub(4);
    let kept = match (pending[0], pending.get(5..9)) {
        (b'S' | b'K', _) | (b'R', Some([0, 0, 0, 10])) => body,
        (b'R', _) => body.min(4),
        (b'T' | b'D', _) => body.min(2),
        _ => 0,
    };
    HEADER_BYTES + kept
}

fn check_header(header: &[u8], following: &[u8], seen: &mut Seen) -> io::Result<()> {
    let length = declared(header);
    let is_ready = seen.progress == Progress::Ready;
    if !(is_ready || b"RSKENZvA".contains(&header[0])) || length < 4 {
        if seen.method.is_none() {
            seen.foreign = Some([header, following].concat());
        }
        return Err(io::ErrorKind::InvalidData.into());
    }
    if length > if is_ready { LARGEST_ANSWER } else { LARGEST_MESSAGE } {
        let greeting = [header, following].concat();
        if seen.method.is_none() && Speaker::of(&greeting) != Speaker::Unknown {
            // The tag of a message, by chance.
            seen.foreign = Some(greeting);
        }
        seen.excess = Some(Excess::Declared(length));
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(())
}

/// Of a row, or of its description.
fn check_columns(message: &[u8], seen: &mut Seen) -> io::Result<()> {
    match message {
        [b'T' | b'D', _, _, _, _, high, low] if u16::from_be_bytes([*high, *low]) > MOST_COLUMNS => {
            seen.excess = Some(Excess::Columns(u16::from_be_bytes([*high, *low])));
            Err(io::ErrorKind::InvalidData.into())
        }
        _ => Ok(()),
    }
}

fn note(tag: u8, body: &[u8], seen: &mut Seen) {
    match (tag, body) {
        (b'R', [a, b, c, d, rest @ ..]) => match u32::from_be_bytes([*a, *b, *c, *d]) {
            0 => {
                seen.progress = Progress::Authenticated;
                seen.method.get_or_insert(Method::NoneAsked);
            }
            11 => {}
            12 => {
                seen.progress = Progress::ProofTaken;
                seen.proven = true;
            }
            request => {
                seen.method.get_or_insert_with(|| method(request, rest));
            }
        },
        (b'S', body) => {
            let mut fields = body.split(|byte| *byte == 0);
            if let (Some(name), Some(value)) = (fields.next(), fields.next()) {
                seen.parameters
                    .insert(String::from_utf8_lossy(name).into_owned(), Foreign::from_bytes(value));
            }
        }
        (b'K', [a, b, c, d, key @ ..]) => {
            seen.backend_pid = Some(i32::from_be_bytes([*a, *b, *c, *d]));
            seen.cancel_key = Some(CancelKey(Secret::new(body.to_vec()))).filter(|_| !key.is_empty());
        }
        (b'Z', _) => seen.progress = Progress::Ready,
        _ => {}
    }
}

fn method(request: u32, mechanisms: &[u8]) -> Method {
    let offers = |wanted: &[u8]| mechanisms.split(|byte| *byte == 0).any(|mechanism| mechanism == wanted);
    match request {
        2 => Method::Kerberos,
        3 => Method::Cleartext,
        5 => Method::Md5,
        7 => Method::Gss,
        9 => Method::Sspi,
        10 if offers(b"SCRAM-SHA-256-PLUS") => Method::ScramSha256Plus,
        10 if offers(b"SCRAM-SHA-256") => Method::ScramSha256,
        10 if offers(b"OAUTHBEARER") => Method::OAuth,
        10 => Method::OtherSasl,
        other => Method::Unknown(other),
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watch<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => Poll::Ready(this.follow(&buf.filled()[before..])),
            other => other,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watch<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
