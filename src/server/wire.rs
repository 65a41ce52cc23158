//! The start of a connection, message by message, for what a full client hides.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::error::ServerError;
use crate::foreign::Foreign;

/// Asks for TLS (PostgreSQL's documentation, "Message Formats", SSLRequest).
pub const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Asks for encryption by GSSAPI (the same page, GSSENCRequest).
pub const GSS_ENC_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30];

/// The code of a CancelRequest (the same page).
const CANCEL_CODE: u32 = 80_877_102;

/// A CancelRequest that shows this key.
#[must_use]
pub fn cancel_request(key: &[u8]) -> Vec<u8> {
    let length = u32::try_from(key.len() + 8).unwrap_or_default();
    [&length.to_be_bytes(), &CANCEL_CODE.to_be_bytes(), key].concat()
}

/// The largest message accepted before the session stands; real ones are a few hundred bytes.
pub const LARGEST_MESSAGE: usize = 64 * 1024;

/// Reads the fields of an `ErrorResponse` body; what is not a field is passed over.
#[must_use]
pub fn error_fields(body: &[u8]) -> ServerError {
    let mut error = ServerError::default();
    for field in body.split(|byte| *byte == 0) {
        let [tag, value @ ..] = field else { continue };
        let value = Foreign::from_bytes(value);
        match tag {
            // The untranslated severity (9.6 and later) comes after the translated one.
            b'S' | b'V' => error.severity = value,
            b'C' => error.sqlstate = value,
            b'M' => error.message = value,
            b'D' => error.detail = Some(value),
            b'H' => error.hint = Some(value),
            b'W' => error.context = Some(value),
            b'R' => error.routine = Some(value),
            _ => {}
        }
    }
    error
}

/// Reads the `ErrorResponse` whose tag has been read already: the body is complete at the closing NUL or at the end of the stream.
///
/// Servers before 14 that could not start a process answer in the protocol 2 format: text up to a NUL, no length.
///
/// # Errors
///
/// What the stream says; a declared length beyond [`LARGEST_MESSAGE`] is `InvalidData`.
pub async fn read_error<S: AsyncRead + Unpin>(stream: &mut S, already: &[u8]) -> io::Result<ServerError> {
    let mut bytes = already.to_vec();
    while bytes.len() < 4 {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let length = usize::try_from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).unwrap_or(usize::MAX);
    if length > LARGEST_MESSAGE {
        return read_old_error(stream, bytes).await;
    }
    while bytes.len() < length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(error_fields(&bytes[4..length.max(4)]))
}

async fn read_old_error<S: AsyncRead + Unpin>(stream: &mut S, mut bytes: Vec<u8>) -> io::Result<ServerError> {
    while !bytes.contains(&0) {
        if bytes.len() > LARGEST_MESSAGE {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            break;
        }
    }
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    Ok(ServerError {
        severity: "FATAL".into(),
        message: Foreign::from_bytes(text.trim_ascii()),
        ..ServerError::default()
    })
}

/// A server's first word to a StartupMessage.
#[derive(Debug)]
pub enum FirstWord {
    /// It asks for a proof of identity, or lets the role in: `pg_hba.conf` has an entry.
    Admitted,
    Refused(ServerError),
}

/// Sends a StartupMessage and reads the first word of the answer. No password is offered.
///
/// # Errors
///
/// What the stream says; an answer that is neither is `InvalidData`.
pub async fn first_word<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, user: &str, database: &str) -> io::Result<FirstWord> {
    let mut message = bytes::BytesMut::new();
    let parameters = [
        ("user", user),
        ("database", database),
        ("application_name", crate::server::session::APPLICATION_NAME),
    ];
    postgres_protocol::message::frontend::startup_message(parameters, &mut message)?;
    stream.write_all(&message).await?;
    stream.flush().await?;
    match stream.read_u8().await? {
        b'R' => Ok(FirstWord::Admitted),
        b'E' => Ok(FirstWord::Refused(read_error(stream, &[]).await?)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}
