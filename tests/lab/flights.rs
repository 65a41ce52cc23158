//! A proxy that counts how often a client speaks and then waits: its round trips, exactly.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::port;

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
    client_spoke_last: bool,
}

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
                carry(&client, server, &shared).expect("the server is there");
            }
        });
        Self { port, seen }
    }

    /// How many connections were opened, and how often their clients spoke after the server had, farewells included.
    pub fn counted(&self) -> (usize, usize) {
        let seen = self.seen.lock().expect("no thread panics with it");
        (seen.connections, seen.flights)
    }
}

fn carry(client: &TcpStream, server: u16, seen: &Arc<Mutex<Seen>>) -> std::io::Result<()> {
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server))?;
    seen.lock().expect("no thread panics with it").connections += 1;
    for (mut from, mut to, is_client) in [
        (client.try_clone()?, server.try_clone()?, true),
        (server.try_clone()?, client.try_clone()?, false),
    ] {
        to.set_nodelay(true)?;
        let seen = Arc::clone(seen);
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                seen.lock().expect("no thread panics with it").note(is_client);
                if to.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
            // Either side may have hung up already.
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    Ok(())
}

impl Seen {
    fn note(&mut self, is_client: bool) {
        if is_client && !self.client_spoke_last {
            self.flights += 1;
        }
        self.client_spoke_last = is_client;
    }
}
