//! Listeners that are not PostgreSQL, or behave as a broken one would.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::attacker::{request, welcome};
use super::port;

const HTTP: &[u8] = b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const SSH: &[u8] = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
/// The start of a MySQL handshake: length, sequence number, protocol 10, the server's version.
const MYSQL: &[u8] = b"\x4a\x00\x00\x00\x0a8.0.36\x00\x0b\x00\x00\x00abcdefgh\x00\xff\xf7";

/// What a listener does with a connection.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// Answers any request as a web server would.
    Http,
    /// Sends its banner at once.
    Ssh,
    /// Sends its greeting at once.
    Mysql,
    /// Accepts, reads and never answers.
    Silent,
    /// Closes as soon as the connection is there.
    CloseAtOnce,
    /// Reads one byte and leaves the rest unread, which makes the kernel reset the connection.
    Reset,
    /// Says that TLS may begin, and then sends something else.
    YesThenGarbage,
    /// Says that encryption by Kerberos may begin, and never answers again.
    YesToKerberos,
    /// Says that TLS may begin, and closes.
    YesThenClose,
    /// Says that TLS may begin, and never answers again.
    YesThenSilence,
    /// Stands before the server on this port, and slips clear text in behind its consent to TLS.
    SlipsIn(u16),
    /// Stands before the server on this port, and takes its time over each of the client's first messages.
    Slow(u16, Duration),
    /// Says that there is no TLS, and closes after the next message.
    NoThenClose,
    /// Asks for this kind of proof (`Authentication…`, PostgreSQL's documentation, "Message Formats"), and never answers again.
    AsksThenSilence(u32),
    /// Asks for a clear-text password, and closes.
    AsksThenClose,
    /// Asks for a clear-text password, and answers it with a message that declares a gigabyte.
    AsksThenGarbage,
    /// Goes through SCRAM without the server's secret, so that its proof is wrong.
    Impostor,
    /// The same, with the words that let the role in right behind it, as a server sends them.
    HastyImpostor,
    /// Begins SCRAM, and lets the role in without a proof of its own.
    SkipsItsProof,
    /// Goes through SCRAM, and wants so many iterations of the client.
    Iterations(&'static str),
    /// Answers with an `ErrorResponse` of this SQLSTATE and text.
    Error(&'static str, &'static str),
}

/// Starts a listener on 127.0.0.1 that lives as long as the process; its port.
pub fn listen(behaviour: Behaviour) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback address");
    let port = listener.local_addr().expect("it is bound").port();
    port::remember(port);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let behaviour = behaviour.clone();
            thread::spawn(move || {
                // The other side may hang up whenever it likes.
                let _ = behave(&behaviour, stream);
            });
        }
    });
    port
}

fn behave(behaviour: &Behaviour, mut stream: TcpStream) -> std::io::Result<()> {
    match behaviour {
        Behaviour::CloseAtOnce => {
            // What the client says meanwhile is read: unread, it would make the kernel reset the connection.
            stream.shutdown(Shutdown::Write)?;
            drain(&mut stream)?;
        }
        Behaviour::Silent => drain(&mut stream)?,
        Behaviour::Http => answer(&mut stream, HTTP)?,
        Behaviour::Ssh => {
            stream.write_all(SSH)?;
            read_some(&mut stream)?;
            stream.write_all(b"Invalid SSH identification string.\r\n")?;
        }
        Behaviour::Mysql => {
            stream.write_all(MYSQL)?;
            drain(&mut stream)?;
        }
        Behaviour::Reset => {
            thread::sleep(Duration::from_millis(20));
            stream.read_exact(&mut [0])?;
        }
        Behaviour::YesThenGarbage => {
            answer(&mut stream, b"S")?;
            answer(&mut stream, b"this is not the TLS that you are looking for\n")?;
        }
        Behaviour::YesToKerberos => {
            answer(&mut stream, b"G")?;
            drain(&mut stream)?;
        }
        Behaviour::YesThenClose => answer(&mut stream, b"S")?,
        Behaviour::YesThenSilence => {
            answer(&mut stream, b"S")?;
            drain(&mut stream)?;
        }
        Behaviour::SlipsIn(server) => slip_in(stream, *server)?,
        Behaviour::Slow(server, delay) => dawdle(stream, *server, *delay)?,
        Behaviour::NoThenClose => {
            answer(&mut stream, b"N")?;
            read_some(&mut stream)?;
        }
        Behaviour::AsksThenSilence(proof) => {
            answer(&mut stream, &request(*proof, b""))?;
            drain(&mut stream)?;
        }
        Behaviour::AsksThenClose => {
            answer(&mut stream, &request(CLEARTEXT, b""))?;
            read_some(&mut stream)?;
        }
        Behaviour::AsksThenGarbage => {
            answer(&mut stream, &request(CLEARTEXT, b""))?;
            answer(&mut stream, b"R\x40\x00\x00\x00")?;
            drain(&mut stream)?;
        }
        Behaviour::Impostor => pretend(&mut stream, "4096", &proof())?,
        Behaviour::HastyImpostor => pretend(&mut stream, "4096", &[proof(), welcome()].concat())?,
        Behaviour::SkipsItsProof => pretend(&mut stream, "4096", &welcome())?,
        Behaviour::Iterations(count) => pretend(&mut stream, count, &proof())?,
        Behaviour::Error(sqlstate, text) => {
            answer(&mut stream, &error_response(sqlstate, text))?;
            read_some(&mut stream)?;
        }
    }
    Ok(())
}

const CLEARTEXT: u32 = 3;

/// SCRAM (RFC 5802) by somebody who does not know the password.
fn pretend(stream: &mut TcpStream, iterations: &str, last: &[u8]) -> std::io::Result<()> {
    answer(stream, &request(10, b"SCRAM-SHA-256\0\0"))?;
    let mut first = [0; 4096];
    let length = stream.read(&mut first)?;
    let first = String::from_utf8_lossy(&first[..length]).into_owned();
    let nonce = first.rsplit("r=").next().unwrap_or_default();
    let challenge = format!("r={nonce}server,s=c29tZSBzYWx0,i={iterations}");
    stream.write_all(&request(11, challenge.as_bytes()))?;
    answer(stream, last)?;
    drain(stream)
}

fn proof() -> Vec<u8> {
    request(12, b"v=bm8gcHJvb2Ygb2YgYW55dGhpbmcgYXQgYWxsIGhlcmU=")
}

fn dawdle(mut client: TcpStream, port: u16, delay: Duration) -> std::io::Result<()> {
    const SLOW_MESSAGES: usize = 2;
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let (mut from_server, mut to_client, mut to_server) = (server.try_clone()?, client.try_clone()?, server);
    thread::spawn(move || std::io::copy(&mut from_server, &mut to_client));
    let mut bytes = [0; 4096];
    for message in 0.. {
        let length = client.read(&mut bytes)?;
        if message < SLOW_MESSAGES {
            thread::sleep(delay);
        }
        to_server.write_all(&bytes[..length])?;
        if length == 0 {
            break;
        }
    }
    to_server.shutdown(std::net::Shutdown::Write)
}

fn slip_in(mut client: TcpStream, port: u16) -> std::io::Result<()> {
    let mut request = [0; 8];
    client.read_exact(&mut request)?;
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    server.write_all(&request)?;
    let mut consent = [0];
    server.read_exact(&mut consent)?;
    let authentication_ok = b"R\x00\x00\x00\x08\x00\x00\x00\x00";
    client.write_all(&[&consent[..], authentication_ok].concat())?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
    std::io::copy(&mut server, &mut client)?;
    Ok(())
}

fn answer(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    read_some(stream)?;
    stream.write_all(bytes)
}

fn read_some(stream: &mut TcpStream) -> std::io::Result<usize> {
    stream.read(&mut [0; 4096])
}

fn drain(stream: &mut TcpStream) -> std::io::Result<()> {
    while read_some(stream)? > 0 {}
    Ok(())
}

fn error_response(sqlstate: &str, text: &str) -> Vec<u8> {
    let mut fields = Vec::new();
    for (field, value) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', sqlstate), (b'M', text)] {
        fields.push(field);
        fields.extend_from_slice(value.as_bytes());
        fields.push(0);
    }
    fields.push(0);
    let length = u32::try_from(fields.len() + 4).expect("a short message");
    [&b"E"[..], &length.to_be_bytes(), &fields].concat()
}
