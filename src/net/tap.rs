//! A stream that keeps the first bytes it received: a failed TLS handshake consumes the stream, and its last words with it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much is kept: a ServerHello and, from a server that does not speak TLS, its greeting.
const KEPT_BYTES: usize = 4_096;

/// What was received first. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Received(Arc<Mutex<Vec<u8>>>);

impl Received {
    /// A copy of the bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, new: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT_BYTES - kept.len().min(KEPT_BYTES);
        kept.extend_from_slice(&new[..new.len().min(room)]);
    }
}

/// A stream whose first received bytes are kept.
#[derive(Debug)]
pub struct Tap<S> {
    stream: S,
    received: Received,
}

impl<S> Tap<S> {
    /// Begins to keep what `stream` receives.
    #[must_use]
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            received: Received::default(),
        }
    }

    /// The same, kept by whoever holds `received`.
    #[must_use]
    pub fn keeping(stream: S, received: Received) -> Self {
        Self { stream, received }
    }

    /// The stream itself.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buf);
        if polled.is_ready() {
            this.received.keep(&buf.filled()[before..]);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
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
