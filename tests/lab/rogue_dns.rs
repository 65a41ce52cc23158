//! Name servers that answer as none should.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

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
    /// What comes by TCP, which the answer by UDP asks for.
    ByTcp(Spoken),
}

/// What is said over TCP.
#[derive(Debug, Clone, Copy)]
pub enum Spoken {
    /// Nothing at all.
    Nothing,
    /// A length, and then one byte a moment.
    Trickle,
    /// A length of 64 KiB, and bytes for ever.
    Endless,
    /// The answer to another question.
    OtherId,
    /// Two names that are aliases of each other, again and again.
    AliasCircle,
    /// A chain of a hundred aliases that leads nowhere.
    DeadChain,
    /// As much text as fits, and no address.
    Texts,
    /// The connection is closed at once.
    HangsUp,
}

/// Answers that are right, and more than anybody needs.
#[derive(Debug, Clone, Copy)]
pub enum Plenty {
    /// The address stands at the end of a chain of so many aliases.
    Aliases(u16),
    /// So many addresses, of 127.0.0.0/8.
    Addresses(u16),
}

impl Lie {
    pub const ALL: [Self; 16] = [
        Self::Noise,
        Self::Stub,
        Self::OtherId,
        Self::Truncated,
        Self::AliasLoop,
        Self::PointerLoop,
        Self::LongRecord,
        Self::Flood,
        Self::ByTcp(Spoken::Nothing),
        Self::ByTcp(Spoken::Trickle),
        Self::ByTcp(Spoken::Endless),
        Self::ByTcp(Spoken::OtherId),
        Self::ByTcp(Spoken::AliasCircle),
        Self::ByTcp(Spoken::DeadChain),
        Self::ByTcp(Spoken::Texts),
        Self::ByTcp(Spoken::HangsUp),
    ];

    /// Surroundings that ask a name server which lies so.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn network(self) -> Result<Network, String> {
        let (address, udp) = bound()?;
        if let Self::ByTcp(spoken) = self {
            speak(address, move |question, stream| spoken.say(question, stream))?;
        }
        answer_datagrams(udp, move |question, send| self.answer(question, send));
        Network::new(&address.to_string(), "")
    }

    fn answer(self, question: &[u8], send: &dyn Fn(&[u8])) {
        let question = Question(question);
        let other_id = || {
            let mut bytes = question.answered_with(0);
            bytes[0] ^= 0xff;
            bytes
        };
        let one =
            |name: [u8; 2], kind: u8, length: u16, data: &[u8]| [question.answered_with(1), record(&name, kind, length, data)].concat();
        let itself = u8::try_from(question.length()).unwrap_or(u8::MAX);
        match self {
            Self::Noise => send(&[0xa5; 512]),
            Self::Stub => send(&question.0[..3]),
            Self::OtherId => send(&other_id()),
            Self::Truncated | Self::ByTcp(_) => send(&question.truncated()),
            Self::AliasLoop => send(&one(NAME, ALIAS, 2, &NAME)),
            Self::PointerLoop => send(&one([0xc0, itself], A, 4, &[127, 0, 0, 1])),
            Self::LongRecord => send(&one(NAME, A, u16::MAX, &[127, 0, 0, 1])),
            Self::Flood => (0..10_000).for_each(|_| send(&other_id())),
        }
    }
}

impl Spoken {
    fn say(self, question: &Question<'_>, stream: &mut TcpStream) -> std::io::Result<()> {
        const PAUSE: Duration = Duration::from_millis(100);
        match self {
            Self::Nothing => loop {
                thread::park();
            },
            Self::Trickle => {
                stream.write_all(&[0xff, 0xff])?;
                loop {
                    stream.write_all(&[0])?;
                    thread::sleep(PAUSE);
                }
            }
            Self::Endless => loop {
                stream.write_all(&[0xff; 4096])?;
            },
            Self::OtherId => {
                let mut bytes = question.answered_with(0);
                bytes[0] ^= 0xff;
                say(stream, &bytes)
            }
            Self::AliasCircle => {
                let [here, there] = ["here", "there"].map(name);
                let circle = [alias(&here, &there), alias(&there, &here)].concat();
                let first = alias(&NAME, &here);
                say(stream, &[question.answered_with(401), first, circle.repeat(200)].concat())
            }
            Self::DeadChain => say(stream, &[question.answered_with(100), chain(100)].concat()),
            Self::Texts => {
                let text = record(&NAME, TEXT, 256, &[&[255][..], &[b'x'; 255]].concat());
                say(stream, &[question.answered_with(240), text.repeat(240)].concat())
            }
            Self::HangsUp => Ok(()),
        }
    }
}

impl Plenty {
    /// Surroundings that ask a name server which says so.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn network(self) -> Result<Network, String> {
        let (address, udp) = bound()?;
        speak(address, move |question, stream| say(stream, &self.answer(question)))?;
        answer_datagrams(udp, |question, send| send(&Question(question).truncated()));
        Network::new(&address.to_string(), "")
    }

    fn answer(self, question: &Question<'_>) -> Vec<u8> {
        if !question.asks_for(A) {
            return question.answered_with(0);
        }
        match self {
            Self::Aliases(count) => {
                let end = record(&link(count), A, 4, &[127, 0, 0, 1]);
                [question.answered_with(count + 1), chain(count), end].concat()
            }
            Self::Addresses(count) => {
                let address = |n: u16| {
                    let [high, low] = n.to_be_bytes();
                    record(&NAME, A, 4, &[127, 9, high, low])
                };
                [question.answered_with(count), (1..=count).flat_map(address).collect()].concat()
            }
        }
    }
}

const HEADER: usize = 12;
/// Where the name of the question is.
const NAME: [u8; 2] = [0xc0, 12];
/// Types of records (RFC 1035 section 3.2.2).
const A: u8 = 1;
const ALIAS: u8 = 5;
const TEXT: u8 = 16;

/// A question as it came.
struct Question<'a>(&'a [u8]);

impl Question<'_> {
    /// Up to the end of what is asked.
    fn length(&self) -> usize {
        let name = self.0.iter().skip(HEADER).position(|byte| *byte == 0);
        name.map_or(self.0.len(), |at| HEADER + at + 5)
    }

    fn asks_for(&self, kind: u8) -> bool {
        self.0.get(self.length() - 3) == Some(&kind)
    }

    /// The head of an answer with so many records.
    fn answered_with(&self, records: u16) -> Vec<u8> {
        self.headed(0x81, records)
    }

    fn truncated(&self) -> Vec<u8> {
        self.headed(0x83, 0)
    }

    fn headed(&self, flags: u8, records: u16) -> Vec<u8> {
        let mut bytes = self.0[..self.length()].to_vec();
        let [high, low] = records.to_be_bytes();
        bytes[2..HEADER].copy_from_slice(&[flags, 0x80, 0, 1, high, low, 0, 0, 0, 0]);
        bytes
    }
}

fn record(name: &[u8], kind: u8, length: u16, data: &[u8]) -> Vec<u8> {
    let [high, low] = length.to_be_bytes();
    [name, &[0, kind, 0, 1, 0, 0, 0, 60, high, low], data].concat()
}

/// A name of one label in `lab.test`.
fn name(label: &str) -> Vec<u8> {
    let length = u8::try_from(label.len()).expect("a short label");
    format!("{}{label}\x03lab\x04test\0", char::from(length)).into_bytes()
}

fn alias(name: &[u8], of: &[u8]) -> Vec<u8> {
    record(name, ALIAS, u16::try_from(of.len()).expect("a short name"), of)
}

/// A link of the chain of aliases.
fn link(number: u16) -> Vec<u8> {
    name(&format!("c{number}"))
}

/// So many aliases, the first of the name that was asked for.
fn chain(links: u16) -> Vec<u8> {
    let first = alias(&NAME, &link(1));
    let others = (1..links).flat_map(|n| alias(&link(n), &link(n + 1)));
    first.into_iter().chain(others).collect()
}

/// An address of its own for each name server, and its socket.
fn bound() -> Result<(IpAddr, UdpSocket), String> {
    use std::sync::atomic::{AtomicU8, Ordering};
    static NEXT: AtomicU8 = AtomicU8::new(70);
    if !account::is_root() {
        return Err("a name server on port 53 takes root".to_owned());
    }
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let address = IpAddr::from([127, NEXT.fetch_add(1, Ordering::Relaxed), high, low]);
    let socket = UdpSocket::bind((address, 53)).map_err(|error| format!("{address}, port 53: {error}"))?;
    Ok((address, socket))
}

fn answer_datagrams(socket: UdpSocket, answer: impl Fn(&[u8], &dyn Fn(&[u8])) + Send + 'static) {
    thread::spawn(move || {
        let mut question = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            let from: SocketAddr = from;
            answer(&question[..length], &|bytes| drop(socket.send_to(bytes, from)));
        }
    });
}

/// Answers what is asked over TCP.
fn speak(
    address: IpAddr,
    answer: impl Fn(&Question<'_>, &mut TcpStream) -> std::io::Result<()> + Clone + Send + 'static,
) -> Result<(), String> {
    let listener = TcpListener::bind((address, 53)).map_err(|error| format!("{address}, port 53: {error}"))?;
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || -> std::io::Result<()> {
                // Several questions may come over one connection.
                loop {
                    let mut length = [0; 2];
                    stream.read_exact(&mut length)?;
                    let mut question = vec![0; u16::from_be_bytes(length).into()];
                    stream.read_exact(&mut question)?;
                    answer(&Question(&question), &mut stream)?;
                }
            });
        }
    });
    Ok(())
}

fn say(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    let length = u16::try_from(bytes.len()).expect("it fits").to_be_bytes();
    stream.write_all(&[&length[..], bytes].concat())
}
