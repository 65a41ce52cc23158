//! A port whose connection requests vanish, as a firewall makes them vanish: the kernel drops them, since the queue of those
//! that nobody accepts is full.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};

use super::port;

/// A listener that never accepts.
#[derive(Debug)]
pub struct Blackhole {
    pub port: u16,
    _queued: Vec<TcpStream>,
    _listener: TcpListener,
    _runtime: Runtime,
}

impl Blackhole {
    /// Opens one on 127.0.0.1 and fills its queue.
    pub fn open() -> Self {
        let runtime = Builder::new_current_thread().enable_io().build().expect("a runtime");
        let listener = {
            let _entered = runtime.enter();
            let socket = TcpSocket::new_v4().expect("a socket");
            socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a loopback address");
            socket.listen(1).expect("a listener")
        };
        let address = listener.local_addr().expect("it is bound");
        port::remember(address.port());
        let mut queued = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            queued.push(stream);
            assert!(queued.len() < 100, "the kernel takes more connections than the queue holds");
        }
        Self {
            port: address.port(),
            _queued: queued,
            _listener: listener,
            _runtime: runtime,
        }
    }
}
