//! Peers that attack whoever connects: a script of what they send and when.

use std::io::{self, Read as _, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use openssl::ssl::{NameType, SniError, SslAcceptor, SslAcceptorBuilder, SslAlert, SslFiletype, SslMethod};

use super::authority::Identity;
use super::{port, workdir};

/// One act of the script. After the last one the connection is closed.
#[derive(Debug, Clone)]
pub enum Act {
    /// Reads what comes first.
    Read,
    Send(Vec<u8>),
    /// Sends it again and again, until the other side hangs up.
    Flood(Vec<u8>),
    /// The same with something else each time, which depends on its number.
    Stream(fn(usize) -> Vec<u8>),
    /// Sends it so often.
    Repeat(Vec<u8>, usize),
    /// Sends one byte, waits, and so on.
    Trickle(Vec<u8>),
    /// Answers every query with this.
    Answer(Vec<u8>),
    /// Neither reads nor sends.
    Hold,
}

/// Starts a peer on 127.0.0.1 that lives as long as the process; its port.
pub fn listen(script: Vec<Act>) -> u16 {
    accept(move |mut stream| {
        for act in &script {
            perform(act, &mut stream)?;
        }
        Ok(())
    })
}

/// The same, behind TLS with this identity.
pub fn listen_with_tls(identity: &Identity, script: Vec<Act>) -> u16 {
    serve(acceptor(identity).build(), script)
}

/// The same, for clients that ask for this name alone.
pub fn listen_by_name(identity: &Identity, name: &'static str, script: Vec<Act>) -> u16 {
    let mut acceptor = acceptor(identity);
    acceptor.set_servername_callback(move |ssl, alert| {
        if ssl.servername(NameType::HOST_NAME) == Some(name) {
            return Ok(());
        }
        *alert = SslAlert::UNRECOGNIZED_NAME;
        Err(SniError::ALERT_FATAL)
    });
    serve(acceptor.build(), script)
}

/// A server's side of TLS with this identity.
pub fn acceptor(identity: &Identity) -> SslAcceptorBuilder {
    let (certificate, key) = identity.write(&workdir::fresh("attacker"), "attacker");
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).expect("OpenSSL knows it");
    acceptor.set_certificate_chain_file(certificate).expect("the authority wrote it");
    acceptor
        .set_private_key_file(key, SslFiletype::PEM)
        .expect("the authority wrote it");
    acceptor
}

fn serve(acceptor: SslAcceptor, script: Vec<Act>) -> u16 {
    let acceptor = Arc::new(acceptor);
    accept(move |mut stream| {
        perform(&Act::Read, &mut stream)?;
        stream.write_all(b"S")?;
        let mut stream = acceptor.accept(stream).map_err(io::Error::other)?;
        for act in &script {
            perform(act, &mut stream)?;
        }
        Ok(())
    })
}

/// Passes on what the server on `server` says, up to `bytes`, and then stays silent.
pub fn stall_after(server: u16, bytes: usize) -> u16 {
    accept(move |mut client| {
        let upstream = TcpStream::connect((Ipv4Addr::LOCALHOST, server))?;
        let (mut from_client, mut to_server) = (client.try_clone()?, upstream.try_clone()?);
        thread::spawn(move || io::copy(&mut from_client, &mut to_server));
        let mut allowed = upstream.take(bytes as u64);
        io::copy(&mut allowed, &mut client)?;
        perform(&Act::Hold, &mut client)
    })
}

/// Passes everything on to the server on `server` and back. `before` is told of each of the clients' messages, counted from 1, before
/// the server gets it.
pub fn relay(server: u16, before: impl Fn(usize) + Clone + Send + 'static) -> u16 {
    accept(move |mut client| {
        let mut upstream = TcpStream::connect((Ipv4Addr::LOCALHOST, server))?;
        let (mut from_server, mut to_client) = (upstream.try_clone()?, client.try_clone()?);
        thread::spawn(move || {
            let _ = io::copy(&mut from_server, &mut to_client);
            to_client.shutdown(Shutdown::Both)
        });
        let mut message = vec![0; 64 * 1024];
        for number in 1.. {
            let length = client.read(&mut message)?;
            if length == 0 {
                break;
            }
            before(number);
            upstream.write_all(&message[..length])?;
        }
        upstream.shutdown(Shutdown::Write)
    })
}

/// Serves every connection to a port of 127.0.0.1 that it gives, as long as the process lives.
pub fn accept(serve: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback address");
    let port = listener.local_addr().expect("it is bound").port();
    port::remember(port);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            // The other side may hang up whenever it likes.
            thread::spawn(move || drop(serve(stream)));
        }
    });
    port
}

/// More than any client says at once.
const READ: usize = 64 * 1024;

/// Reads what comes first.
///
/// # Errors
/// What the operating system says.
pub fn read(stream: &mut impl io::Read) -> io::Result<()> {
    stream.read(&mut vec![0; READ]).map(drop)
}

fn perform(act: &Act, stream: &mut (impl io::Read + io::Write)) -> io::Result<()> {
    const PAUSE: Duration = Duration::from_millis(100);
    match act {
        Act::Read => read(stream)?,
        Act::Send(bytes) => stream.write_all(bytes)?,
        Act::Flood(bytes) => loop {
            stream.write_all(bytes)?;
        },
        Act::Stream(words) => {
            for number in 0.. {
                stream.write_all(&words(number))?;
            }
        }
        Act::Repeat(bytes, times) => {
            for _ in 0..*times {
                stream.write_all(bytes)?;
            }
        }
        Act::Trickle(bytes) => {
            for byte in bytes {
                stream.write_all(&[*byte])?;
                thread::sleep(PAUSE);
            }
        }
        Act::Answer(bytes) => {
            let mut asked = vec![0; READ];
            loop {
                match stream.read(&mut asked)? {
                    0 => break,
                    _ => stream.write_all(bytes)?,
                }
            }
        }
        Act::Hold => loop {
            thread::park();
        },
    }
    stream.flush()
}

/// A message of the server (PostgreSQL's documentation, "Message Formats").
pub fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("a short message");
    [&[tag][..], &length.to_be_bytes(), body].concat()
}

/// An authentication request.
pub fn request(kind: u32, more: &[u8]) -> Vec<u8> {
    message(b'R', &[&kind.to_be_bytes(), more].concat())
}

/// The words that let a role in and wait for queries.
pub fn welcome() -> Vec<u8> {
    let parameter = message(b'S', b"server_version\x0015.4\0");
    [request(0, b""), parameter, message(b'K', &[0; 8]), message(b'Z', b"I")].concat()
}

/// An `ErrorResponse`.
pub fn refusal(sqlstate: &str, text: &[u8]) -> Vec<u8> {
    let fields = [&b"SFATAL\0VFATAL\0C"[..], sqlstate.as_bytes(), b"\0M", text, b"\0\0"];
    message(b'E', &fields.concat())
}

/// One row of one column.
pub fn row(value: &[u8]) -> Vec<u8> {
    let description = [&[0, 1][..], b"column\0", &[0; 6], &[0, 0, 0, 25], &[0xff; 6], &[0, 0]].concat();
    let length = u32::try_from(value.len()).expect("a short value").to_be_bytes();
    let data = message(b'D', &[&[0, 1][..], &length, value].concat());
    [message(b'T', &description), data].concat()
}
