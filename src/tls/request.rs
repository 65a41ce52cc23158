//! Asking a server for encryption: by TLS, or by Kerberos.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::net::socket::Socket;
use crate::net::tap::Tap;
use crate::server::error::ServerError;
use crate::server::wire::{self, GSS_ENC_REQUEST, SSL_REQUEST};
use crate::target::Negotiation;

/// What is asked for, with the byte that says yes.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    bytes: [u8; 8],
    yes: u8,
}

/// TLS.
pub const TLS: Question = Question {
    bytes: SSL_REQUEST,
    yes: b'S',
};

/// Encryption by GSSAPI.
pub const GSS: Question = Question {
    bytes: GSS_ENC_REQUEST,
    yes: b'G',
};

/// What came back for an SSLRequest or a GSSENCRequest.
#[derive(Debug)]
pub enum Answer {
    /// `S` or `G`: the handshake may begin.
    Willing,
    /// `N`: the connection goes on without encryption, or not at all.
    Unwilling,
    /// `E`: the server could not even start to serve.
    Error(ServerError),
    /// Bytes that no PostgreSQL sends here.
    Foreign(Vec<u8>),
    /// More bytes than the one: libpq refuses them, since somebody in the middle may have put them there.
    TooMuch(Vec<u8>),
    Closed,
    Broken(io::Error),
    /// Nothing, within the time limit.
    Silence,
}

/// How long to wait for the rest of a foreign greeting.
const GREETING_GRACE: Duration = Duration::from_millis(200);

/// Sends the request and reads what comes back.
pub async fn ask(question: Question, stream: &mut Tap<Socket>, limit: Duration) -> Answer {
    tokio::time::timeout(limit, exchange(question, stream))
        .await
        .unwrap_or(Answer::Silence)
}

async fn exchange(question: Question, stream: &mut Tap<Socket>) -> Answer {
    let mut first = Vec::with_capacity(256);
    if let Err(error) = send(&question.bytes, stream).await {
        return Answer::Broken(error);
    }
    match stream.read_buf(&mut first).await {
        Ok(0) => Answer::Closed,
        Ok(_) => judge(question, stream, first).await,
        Err(error) => Answer::Broken(error),
    }
}

async fn send(request: &[u8], stream: &mut Tap<Socket>) -> io::Result<()> {
    stream.write_all(request).await?;
    stream.flush().await
}

async fn judge(question: Question, stream: &mut Tap<Socket>, mut first: Vec<u8>) -> Answer {
    match first.as_slice() {
        [byte] if *byte == question.yes => Answer::Willing,
        b"N" => Answer::Unwilling,
        [b'E', rest @ ..] => match wire::read_error(stream, rest).await {
            Ok(error) => Answer::Error(error),
            Err(_) => Answer::Foreign(first),
        },
        [byte, ..] if [question.yes, b'N'].contains(byte) => Answer::TooMuch(first),
        _ => {
            // Only to show more of the greeting; what does not come in time is not missed.
            let _ = tokio::time::timeout(GREETING_GRACE, stream.read_buf(&mut first)).await;
            Answer::Foreign(first)
        }
    }
}

/// Opens a connection of its own, on which the next thing to say is a ClientHello. Blocks for at most a few times `limit`.
///
/// # Errors
///
/// What the operating system says, or that the server does not want TLS.
pub fn ask_anew(address: SocketAddr, negotiation: Negotiation, limit: Duration) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    if negotiation == Negotiation::Postgres {
        stream.write_all(&SSL_REQUEST)?;
        let mut answer = [0];
        stream.read_exact(&mut answer)?;
        if answer != *b"S" {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(stream)
}
