//! Whether a server asks its clients for a certificate: in TLS 1.2 the request can be read off the wire.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use openssl::ssl::{SslStream, SslVersion};

use super::policy::Roots;
use super::{connector, request};
use crate::target::Negotiation;

const HANDSHAKE_RECORD: u8 = 22;
/// RFC 5246 section 7.4.4.
const CERTIFICATE_REQUEST: u8 = 13;

/// More than any server's side of a handshake takes.
const LONGEST_HANDSHAKE: usize = 256 * 1024;

/// Shakes hands on a connection of its own, and hangs up. `None` where the server does not do so in TLS 1.2. Blocks for at most a few
/// times `limit`.
#[must_use]
pub fn is_made(address: SocketAddr, negotiation: Negotiation, server_name: &str, limit: Duration) -> Option<bool> {
    let recorded = Recorded {
        stream: request::ask_anew(address, negotiation, limit).ok()?,
        received: Vec::new(),
    };
    let mut builder = connector::builder(&Roots::None, negotiation).ok()?;
    builder.set_max_proto_version(Some(SslVersion::TLS1_2)).ok()?;
    let session = connector::session(&builder.build(), server_name, true).ok()?;
    let mut session = SslStream::new(session, recorded).ok()?;
    let connected = session.connect().is_ok();
    let asked = has_request(&session.get_ref().received);
    // A server that insists on a certificate breaks off once it gets none, after it has asked.
    (connected || asked).then_some(asked)
}

/// A stream that keeps what it received.
#[derive(Debug)]
struct Recorded {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Read for Recorded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.stream.read(buffer)?;
        if self.received.len() + length > LONGEST_HANDSHAKE {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.received.extend_from_slice(&buffer[..length]);
        Ok(length)
    }
}

impl Write for Recorded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Whether the server's handshake messages, as far as they are in the clear, hold a CertificateRequest.
fn has_request(mut records: &[u8]) -> bool {
    let mut messages = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = records {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(record) = rest.get(..length).filter(|_| *kind == HANDSHAKE_RECORD) else {
            break;
        };
        messages.extend_from_slice(record);
        records = &rest[length..];
    }
    let mut messages = messages.as_slice();
    while let [kind, a, b, c, rest @ ..] = messages {
        if *kind == CERTIFICATE_REQUEST {
            return true;
        }
        let length = u32::from_be_bytes([0, *a, *b, *c]);
        let Some(next) = usize::try_from(length).ok().and_then(|length| rest.get(length..)) else {
            break;
        };
        messages = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::has_request;

    #[test]
    fn the_request_is_found_across_records() {
        let hello = [2, 0, 0, 2, 9, 9];
        let request = [13, 0, 0, 1, 7];
        let record = |bytes: &[u8]| {
            let length = u16::try_from(bytes.len()).expect("a short record");
            [&[22, 3, 3][..], &length.to_be_bytes(), bytes].concat()
        };
        assert!(has_request(&record(&[&hello[..], &request].concat())));
        assert!(has_request(
            &[record(&hello[..3]), record(&[&hello[3..], &request].concat())].concat()
        ));
        assert!(!has_request(&record(&hello)));
        assert!(!has_request(
            &[&record(&hello)[..], &[20, 3, 3, 0, 1, 1], &record(&request)].concat()
        ));
        assert!(!has_request(&[22, 3, 3, 255, 255, 13]));
    }
}
