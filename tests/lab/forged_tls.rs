//! A server behind TLS that sends, after a handshake of OpenSSL's own, what no TLS library sends: the keys are taken out of the session,
//! and the records written by hand (RFC 8446 section 5.2, RFC 5288 section 3).

use std::io::{self, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use openssl::ssl::{SslAcceptor, SslRef, SslStream, SslVersion};
use openssl::symm::{Cipher, encrypt_aead};

use super::attacker::{accept, acceptor, read};
use super::authority::Identity;

const KEY: usize = 16;
const TAG: usize = 16;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;

/// How many messages are sent at once.
const AT_ONCE: usize = 500;

/// What is sent for ever.
#[derive(Debug, Clone, Copy)]
pub enum Flood {
    /// TLS 1.3's change of keys; the other side is to change its own too.
    KeyUpdates { both: bool },
    /// TLS 1.3's leave to resume the session later.
    Tickets,
    /// TLS 1.2's wish for another handshake.
    HelloRequests,
}

impl Flood {
    pub const ALL: [Self; 4] = [
        Self::KeyUpdates { both: false },
        Self::KeyUpdates { both: true },
        Self::Tickets,
        Self::HelloRequests,
    ];

    fn version(self) -> SslVersion {
        match self {
            Self::KeyUpdates { .. } | Self::Tickets => SslVersion::TLS1_3,
            Self::HelloRequests => SslVersion::TLS1_2,
        }
    }
}

/// Starts a server on 127.0.0.1 that lives as long as the process; its port. It says `first` to the client's StartupMessage, and floods it.
pub fn listen(identity: &Identity, first: Vec<u8>, flood: Flood) -> u16 {
    let mut acceptor = acceptor(identity);
    let secrets: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = Arc::clone(&secrets);
    acceptor.set_keylog_callback(move |_, line| keep.lock().expect("nothing panics with it").push(line.to_owned()));
    acceptor.set_min_proto_version(Some(flood.version())).expect("OpenSSL knows it");
    acceptor.set_max_proto_version(Some(flood.version())).expect("OpenSSL knows it");
    acceptor.set_ciphersuites("TLS_AES_128_GCM_SHA256").expect("OpenSSL knows it");
    acceptor
        .set_cipher_list("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256")
        .expect("OpenSSL knows them");
    acceptor.set_num_tickets(0).expect("OpenSSL can do without");
    let acceptor: Arc<SslAcceptor> = Arc::new(acceptor.build());
    accept(move |mut client: TcpStream| {
        read(&mut client)?;
        client.write_all(b"S")?;
        let mut stream = acceptor.accept(client).map_err(io::Error::other)?;
        read(&mut stream)?;
        let secrets = secrets.lock().expect("nothing panics with it").clone();
        let mut records = Records::of(stream.ssl(), &secrets, flood.version());
        let client = raw(&stream);
        (&client).write_all(&records.record(DATA, &first))?;
        loop {
            let batch: Vec<u8> = (0..AT_ONCE).flat_map(|_| records.message(flood)).collect();
            (&client).write_all(&batch)?;
        }
    })
}

/// The connection below TLS.
fn raw(stream: &SslStream<TcpStream>) -> TcpStream {
    stream.get_ref().try_clone().expect("a socket can be cloned")
}

/// Writes the server's records.
struct Records {
    version: SslVersion,
    /// Of TLS 1.3: what the next keys follow from.
    secret: Vec<u8>,
    key: Vec<u8>,
    iv: Vec<u8>,
    number: u64,
}

impl Records {
    /// Goes on where the handshake ended; `secrets` are the lines of OpenSSL's key log.
    fn of(ssl: &SslRef, secrets: &[String], version: SslVersion) -> Self {
        let mut random = [0; 32];
        ssl.client_random(&mut random);
        let secret_of = |label: &str| {
            let of_session = |line: &String| {
                let (of, secret) = line.strip_prefix(label)?.trim_start().split_once(' ')?;
                (unhex(of) == random).then(|| unhex(secret))
            };
            secrets.iter().find_map(of_session).expect("the key log has it")
        };
        if version == SslVersion::TLS1_3 {
            let mut records = Self {
                version,
                secret: secret_of("SERVER_TRAFFIC_SECRET_0"),
                key: Vec::new(),
                iv: Vec::new(),
                number: 0,
            };
            records.settle();
            return records;
        }
        let mut of_server = [0; 32];
        ssl.server_random(&mut of_server);
        let keys = expand_1_2(&secret_of("CLIENT_RANDOM"), &[&of_server[..], &random].concat());
        Self {
            version,
            secret: Vec::new(),
            key: keys[KEY..2 * KEY].to_vec(),
            iv: keys[2 * KEY + 4..2 * KEY + 8].to_vec(),
            // The first was the end of the handshake.
            number: 1,
        }
    }

    /// TLS 1.3's keys follow from the secret.
    fn settle(&mut self) {
        self.key = expand_1_3(&self.secret, "key", KEY);
        self.iv = expand_1_3(&self.secret, "iv", 12);
        self.number = 0;
    }

    fn message(&mut self, flood: Flood) -> Vec<u8> {
        match flood {
            Flood::KeyUpdates { both } => {
                let record = self.record(HANDSHAKE, &[24, 0, 0, 1, both.into()]);
                self.secret = expand_1_3(&self.secret, "traffic upd", self.secret.len());
                self.settle();
                record
            }
            Flood::Tickets => {
                const TICKET: usize = 1_000;
                let [nonce, .., high, low] = self.number.to_be_bytes();
                let length = u16::try_from(TICKET).expect("it is short").to_be_bytes();
                let body = [&[0, 0, 28, 32, 0, 0, 0, 1, 3, nonce, high, low][..], &length, &[7; TICKET], &[0, 0]].concat();
                let size = u16::try_from(body.len()).expect("it is short").to_be_bytes();
                self.record(HANDSHAKE, &[&[4, 0][..], &size, &body].concat())
            }
            Flood::HelloRequests => self.record(HANDSHAKE, &[0; 4]),
        }
    }

    fn record(&mut self, kind: u8, text: &[u8]) -> Vec<u8> {
        let number = self.number.to_be_bytes();
        self.number += 1;
        let mut tag = [0; TAG];
        let mut encrypt = |nonce: &[u8], known: &[u8], text: &[u8]| {
            let sealed = encrypt_aead(Cipher::aes_128_gcm(), &self.key, Some(nonce), known, text, &mut tag);
            [&sealed.expect("AES takes it")[..], &tag].concat()
        };
        let length = |bytes: usize| u16::try_from(bytes).expect("a short record").to_be_bytes();
        if self.version == SslVersion::TLS1_3 {
            let inner = [text, &[kind]].concat();
            let header = [&[DATA, 3, 3][..], &length(inner.len() + TAG)].concat();
            let padded = [&[0; 4][..], &number].concat();
            let nonce: Vec<u8> = self.iv.iter().zip(padded).map(|(iv, byte)| iv ^ byte).collect();
            let sealed = encrypt(&nonce, &header, &inner);
            return [header, sealed].concat();
        }
        let known = [&number[..], &[kind, 3, 3], &length(text.len())].concat();
        let sealed = encrypt(&[&self.iv[..], &number].concat(), &known, text);
        [&[kind, 3, 3][..], &length(number.len() + sealed.len()), &number, &sealed].concat()
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let key = PKey::hmac(key).expect("a key of any length");
    let mut signer = Signer::new(MessageDigest::sha256(), &key).expect("OpenSSL knows it");
    signer.sign_oneshot_to_vec(text).expect("it can be signed")
}

/// HKDF-Expand-Label (RFC 8446 section 7.1), up to the length of one hash.
fn expand_1_3(secret: &[u8], label: &str, length: usize) -> Vec<u8> {
    let byte = |length: usize| u8::try_from(length).expect("it is short");
    let label = format!("tls13 {label}");
    let info = [&[0, byte(length), byte(label.len())], label.as_bytes(), &[0, 1]].concat();
    mac(secret, &info)[..length].to_vec()
}

/// The key block (RFC 5246 sections 5 and 6.3), as far as two keys and two initial vectors reach.
fn expand_1_2(secret: &[u8], randoms: &[u8]) -> Vec<u8> {
    let seed = [b"key expansion", randoms].concat();
    let first = mac(secret, &seed);
    let second = mac(secret, &first);
    let block = [
        mac(secret, &[&first[..], &seed].concat()),
        mac(secret, &[&second[..], &seed].concat()),
    ];
    block.concat()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.trim().as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hexadecimal"))
        .collect()
}
