//! A proxy that counts how often a client speaks and then waits: its round trips, exactly.
//!
//! What comes is held back until nobody has said anything for a while. So a flight that arrives in pieces is one flight, however busy
//! the machine is.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::port;

/// How long nobody must have spoken before what was said is passed on.
const QUIET: Duration = Duration::from_millis(60);

/// A proxy on loopback in front of one server.
#[derive(Debug)]
pub struct Flights {
    pub port: u16,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    connections: usize,
    flights: usize,
    /// The connections in which the client spoke at all.
    speakers: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

/// What a side said; nothing when it hung up.
type Said = (Side, Vec<u8>);

impl Flights {
    /// Stands before the server on this port.
    pub fn before(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback address");
        let port = listener.local_addr().expect("it is bound").port();
        port::remember(port);
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).expect("the server is there");
                let seen = Arc::clone(&shared);
                seen.lock().expect("no thread panics with it").connections += 1;
                thread::spawn(move || carry(client, server, &seen));
            }
        });
        Self { port, seen }
    }

    /// How many connections were opened, and how often their clients spoke after the server had, farewells included.
    pub fn counted(&self) -> (usize, usize) {
        // A farewell may still be held back.
        thread::sleep(QUIET * 3);
        let seen = self.seen.lock().expect("no thread panics with it");
        (seen.connections, seen.flights)
    }

    /// How often clients had to wait for the network: to be connected, and for each answer. After a farewell nobody waits.
    pub fn round_trips(&self) -> usize {
        let (connections, flights) = self.counted();
        let seen = self.seen.lock().expect("no thread panics with it");
        connections + flights - seen.speakers
    }
}

fn carry(mut client: TcpStream, mut server: TcpStream, seen: &Mutex<Seen>) {
    let (sender, said) = channel();
    listen(Side::Client, &client, sender.clone());
    listen(Side::Server, &server, sender);
    let mut spoke_last = Side::Server;
    let mut first = true;
    while let Some((from_client, from_server)) = flight(&said) {
        if !from_client.is_empty() {
            if spoke_last == Side::Server {
                let mut seen = seen.lock().expect("no thread panics with it");
                seen.flights += 1;
                seen.speakers += usize::from(first);
                first = false;
            }
            spoke_last = Side::Client;
        }
        if !from_server.is_empty() {
            spoke_last = Side::Server;
        }
        if server
            .write_all(&from_client)
            .and_then(|()| client.write_all(&from_server))
            .is_err()
        {
            break;
        }
    }
    for stream in [client, server] {
        // Either side may have hung up already.
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn listen(side: Side, stream: &TcpStream, sender: Sender<Said>) {
    let mut stream = stream.try_clone().expect("a socket can be cloned");
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        loop {
            let length = stream.read(&mut buffer).unwrap_or(0);
            if sender.send((side, buffer[..length].to_vec())).is_err() || length == 0 {
                break;
            }
        }
    });
}

/// What both sides have said until it was quiet; `None` once one of them has hung up.
fn flight(said: &Receiver<Said>) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mut from_client, mut from_server) = (Vec::new(), Vec::new());
    let mut next = said.recv().ok()?;
    loop {
        match next {
            (_, bytes) if bytes.is_empty() => return (!from_client.is_empty()).then_some((from_client, from_server)),
            (Side::Client, bytes) => from_client.extend(bytes),
            (Side::Server, bytes) => from_server.extend(bytes),
        }
        next = match said.recv_timeout(QUIET) {
            Ok(next) => next,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Some((from_client, from_server)),
        };
    }
}
