//! Free TCP ports, and which ones were given out.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::sync::Mutex;

static GIVEN: Mutex<Vec<u16>> = Mutex::new(Vec::new());

/// A port that is free on both loopback addresses.
pub fn free() -> u16 {
    for _ in 0..100 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback address");
        let port = listener.local_addr().expect("it is bound").port();
        let taken = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse);
        if !taken && !given().contains(&port) {
            remember(port);
            return port;
        }
    }
    panic!("no port is free on 127.0.0.1 and ::1");
}

/// The loopback addresses of this machine: some have no IPv6.
pub fn loopback() -> Vec<&'static str> {
    let ipv6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    if ipv6 { vec!["127.0.0.1", "::1"] } else { vec!["127.0.0.1"] }
}

/// Notes that the laboratory uses the port, so that reports can be compared whatever it is.
pub fn remember(port: u16) {
    GIVEN.lock().expect("nothing panics with the lock").push(port);
}

/// Every port in use by the laboratory.
pub fn given() -> Vec<u16> {
    GIVEN.lock().expect("nothing panics with the lock").clone()
}
