//! The stream that the session runs over: encrypted, or plain where the settings allow it. Passed on by the `tls` layer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_openssl::SslStream;
use tokio_postgres::tls::ChannelBinding;

use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::ssl::SslRef;

use crate::net::socket::Socket;
use crate::net::tap::Tap;

/// A connection on which the next thing to say is the StartupMessage.
#[derive(Debug)]
pub enum SecuredStream {
    Plain(Tap<Socket>),
    Encrypted(Box<SslStream<Tap<Socket>>>),
}

/// Without a goodbye (`close_notify`) OpenSSL takes the end of the stream for an attack, and PostgreSQL says so in its log.
impl Drop for SecuredStream {
    fn drop(&mut self) {
        // What cannot be sent at once is not waited for.
        let _ = Pin::new(self).poll_shutdown(&mut Context::from_waker(Waker::noop()));
    }
}

impl SecuredStream {
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        matches!(self, Self::Encrypted(_))
    }

    /// The session of TLS.
    #[must_use]
    pub fn ssl(&self) -> Option<&SslRef> {
        match self {
            Self::Plain(_) => None,
            Self::Encrypted(stream) => Some(stream.ssl()),
        }
    }

    /// What SCRAM-SHA-256-PLUS binds the login to (RFC 5929, `tls-server-end-point`).
    #[must_use]
    pub fn channel_binding(&self) -> ChannelBinding {
        self.ssl()
            .and_then(server_end_point)
            .map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

/// The certificate's hash, by the hash of its signature; SHA-256 stands in for the two that are broken.
fn server_end_point(session: &SslRef) -> Option<Vec<u8>> {
    let certificate = session.peer_certificate()?;
    let signature = certificate.signature_algorithm().object().nid().signature_algorithms()?;
    let digest = match signature.digest {
        Nid::MD5 | Nid::SHA1 => MessageDigest::sha256(),
        digest => MessageDigest::from_nid(digest)?,
    };
    certificate.digest(digest).ok().map(|hash| hash.to_vec())
}

impl AsyncRead for SecuredStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Encrypted(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for SecuredStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Encrypted(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Encrypted(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Encrypted(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
