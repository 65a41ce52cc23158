//! A proxy that makes loopback a long way.
//!
//! It cannot hold back the kernel's own answer to a connection request: what a client says first waits a whole round trip longer instead.
//! Who connects and says nothing pays nothing.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use crate::lab::port;

/// A proxy on loopback in front of one server.
#[derive(Debug)]
pub struct Delay {
    pub port: u16,
}

impl Delay {
    /// Stands before the server on this port.
    pub fn before(server: u16, round_trip: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback address");
        let port = listener.local_addr().expect("it is bound").port();
        port::remember(port);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).expect("the server is there");
                let [to_server, to_client] = [&client, &server].map(|stream| stream.try_clone().expect("a socket can be cloned"));
                carry(to_server, server, round_trip / 2, round_trip);
                carry(to_client, client, round_trip / 2, Duration::ZERO);
            }
        });
        Self { port }
    }
}

/// Carries what `from` says to `to`, each piece `delay` later, the first one `opening` later still.
fn carry(mut from: TcpStream, mut to: TcpStream, delay: Duration, opening: Duration) {
    let (sender, said) = channel::<(Instant, Vec<u8>)>();
    for stream in [&from, &to] {
        stream.set_nodelay(true).expect("a TCP socket");
    }
    let opened = Instant::now();
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        loop {
            let length = from.read(&mut buffer).unwrap_or(0);
            let due = (Instant::now() + delay).max(opened + opening + delay);
            if sender.send((due, buffer[..length].to_vec())).is_err() || length == 0 {
                break;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in said {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if bytes.is_empty() || to.write_all(&bytes).is_err() {
                break;
            }
        }
        // It may have hung up already.
        let _ = to.shutdown(Shutdown::Write);
    });
}
