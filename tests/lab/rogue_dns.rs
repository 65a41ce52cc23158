//! Name servers that answer as none should.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::thread;

use super::account;
use super::network::Network;

/// What comes back for a question.
#[derive(Debug, Clone, Copy)]
pub enum Lie {
    Noise,
    /// Shorter than a header.
    Stub,
    /// An answer to another question.
    OtherId,
    /// "Ask by TCP", where nobody listens.
    Truncated,
    /// The name is an alias of itself.
    AliasLoop,
    /// A name whose compression points at itself.
    PointerLoop,
    /// An address record that says to be longer than the packet.
    LongRecord,
    /// Ten thousand answers, none of them right.
    Flood,
}

impl Lie {
    pub const ALL: [Self; 8] = [
        Self::Noise,
        Self::Stub,
        Self::OtherId,
        Self::Truncated,
        Self::AliasLoop,
        Self::PointerLoop,
        Self::LongRecord,
        Self::Flood,
    ];

    /// Surroundings that ask a name server which lies so.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn network(self) -> Result<Network, String> {
        if !account::is_root() {
            return Err("a name server on port 53 takes root".to_owned());
        }
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let address = IpAddr::from([127, 70 + self as u8, high, low]);
        let socket = UdpSocket::bind((address, 53)).map_err(|error| format!("{address}, port 53: {error}"))?;
        thread::spawn(move || {
            let mut question = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut question) {
                self.answer(&socket, &question[..length], from);
            }
        });
        Network::new(&address.to_string(), "")
    }

    fn answer(self, socket: &UdpSocket, question: &[u8], from: SocketAddr) {
        const HEADER: usize = 12;
        /// Where the name of the question is.
        const NAME: [u8; 2] = [0xc0, 12];
        let end_of_question = question
            .iter()
            .skip(HEADER)
            .position(|byte| *byte == 0)
            .map_or(question.len(), |at| HEADER + at + 5);
        let flags = |high: u8, answers: u8| {
            let mut bytes = question[..end_of_question].to_vec();
            bytes[2..HEADER].copy_from_slice(&[high, 0x80, 0, 1, 0, answers, 0, 0, 0, 0]);
            bytes
        };
        let record = |name: [u8; 2], kind: u8, length: u16, data: &[u8]| {
            let [high, low] = length.to_be_bytes();
            [&flags(0x81, 1)[..], &name, &[0, kind, 0, 1, 0, 0, 0, 60, high, low], data].concat()
        };
        let send = |bytes: &[u8]| drop(socket.send_to(bytes, from));
        let other_id = || {
            let mut bytes = flags(0x81, 0);
            bytes[0] ^= 0xff;
            bytes
        };
        let itself = u8::try_from(end_of_question).unwrap_or(u8::MAX);
        match self {
            Self::Noise => send(&[0xa5; 512]),
            Self::Stub => send(&question[..3]),
            Self::OtherId => send(&other_id()),
            Self::Truncated => send(&flags(0x83, 0)),
            Self::AliasLoop => send(&record(NAME, 5, 2, &NAME)),
            Self::PointerLoop => send(&record([0xc0, itself], 1, 4, &[127, 0, 0, 1])),
            Self::LongRecord => send(&record(NAME, 1, u16::MAX, &[127, 0, 0, 1])),
            Self::Flood => (0..10_000).for_each(|_| send(&other_id())),
        }
    }
}
