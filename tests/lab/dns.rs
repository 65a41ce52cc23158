//! A real name server with a zone of names that resolve in every way.
//!
//! | name | answer |
//! |---|---|
//! | `db.lab.test` | 127.0.0.1 |
//! | `both.lab.test` | 127.0.0.1 and ::1 |
//! | `six.lab.test` | ::1 alone |
//! | `alias.lab.test` | an alias of `db.lab.test` |
//! | `text.lab.test` | no address, only text |
//! | `two.lab.test` | 127.0.0.1 and 127.0.0.2, where nobody listens |
//! | anything else in `lab.test` | NXDOMAIN |
//! | anything in `broken.test` | SERVFAIL |
//! | anything in `silent.test` | nothing |

use std::ffi::OsString;
use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::sync::LazyLock;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use super::network::Network;
use super::supervisor::Supervised;
use super::{account, tools, workdir};

/// A running name server.
#[derive(Debug)]
pub struct Dns {
    address: String,
    /// Where nobody answers, though packets arrive.
    silent: String,
    /// Where nobody listens.
    dead: String,
    _supervised: Supervised,
    _never_answers: UdpSocket,
}

impl Dns {
    /// The name server that scenarios share.
    ///
    /// # Errors
    /// Why there is none on this machine.
    pub fn shared() -> Result<&'static Self, String> {
        static SHARED: LazyLock<Result<Dns, String>> = LazyLock::new(Dns::start);
        SHARED.as_ref().map_err(Clone::clone)
    }

    /// Where it answers.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Surroundings that ask this name server.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn network(&self) -> Result<Network, String> {
        Network::new(&self.address, "")
    }

    /// The same with more lines in the hosts file.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn network_with_hosts(&self, hosts: &str) -> Result<Network, String> {
        Network::new(&self.address, hosts)
    }

    /// Surroundings whose name server never answers.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn silent_network(&self) -> Result<Network, String> {
        Network::new(&self.silent, "")
    }

    /// Surroundings where nobody listens at the name server's address.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn dead_network(&self) -> Result<Network, String> {
        Network::new(&self.dead, "")
    }

    fn start() -> Result<Self, String> {
        if !account::is_root() {
            return Err("a name server on port 53 takes root".to_owned());
        }
        let program = tools::dnsmasq()?;
        // Loopback has 16 million addresses: two laboratories at once take different ones.
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let address = |n: u8| format!("127.{}.{high}.{low}", 53 + n);
        let [server, broken, silent, dead] = [0, 1, 2, 3].map(address);
        serve_failures(&broken)?;
        let never_answers = bind(&silent)?;
        let directory = workdir::for_server("dnsmasq");
        account::give(&directory);
        let supervised = Supervised::start(
            &words(&program, &directory, &server, &broken, &silent),
            &directory,
            &directory.join("log"),
            "TERM",
        );
        wait_until_ready(&supervised, &directory)?;
        Ok(Self {
            address: server,
            silent,
            dead,
            _supervised: supervised,
            _never_answers: never_answers,
        })
    }
}

fn words(program: &Path, directory: &Path, server: &str, broken: &str, silent: &str) -> Vec<OsString> {
    let user = account::ordinary().map_or_else(account::own_name, |account| account.name);
    let mut words = vec![program.into()];
    let options = [
        "--keep-in-foreground".to_owned(),
        "--log-facility=-".to_owned(),
        "--conf-file=/dev/null".to_owned(),
        "--no-resolv".to_owned(),
        "--no-hosts".to_owned(),
        "--bind-interfaces".to_owned(),
        format!("--listen-address={server}"),
        format!("--pid-file={}", directory.join("pid").display()),
        format!("--user={user}"),
        "--local=/lab.test/".to_owned(),
        "--host-record=db.lab.test,127.0.0.1,300".to_owned(),
        "--host-record=both.lab.test,127.0.0.1,::1,300".to_owned(),
        "--host-record=six.lab.test,::1,300".to_owned(),
        "--host-record=two.lab.test,127.0.0.1,300".to_owned(),
        "--host-record=two.lab.test,127.0.0.2,300".to_owned(),
        "--cname=alias.lab.test,db.lab.test,60".to_owned(),
        "--txt-record=text.lab.test,no address here".to_owned(),
        format!("--server=/broken.test/{broken}"),
        format!("--server=/silent.test/{silent}"),
    ];
    words.extend(options.map(OsString::from));
    words
}

fn wait_until_ready(supervised: &Supervised, directory: &Path) -> Result<(), String> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
        if log.contains("started, version") {
            return Ok(());
        }
        if !supervised.is_running() || Instant::now() > deadline {
            return Err(format!("dnsmasq does not start: {log}"));
        }
        sleep(Duration::from_millis(10));
    }
}

fn bind(address: &str) -> Result<UdpSocket, String> {
    UdpSocket::bind((address, 53)).map_err(|error| format!("{address}, port 53: {error}"))
}

/// Answers every question with SERVFAIL.
fn serve_failures(address: &str) -> Result<(), String> {
    const RESPONSE_WITH_SERVFAIL: [u8; 2] = [0x81, 0x82];
    let socket = bind(address)?;
    thread::spawn(move || {
        let mut packet = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            packet[2..4].copy_from_slice(&RESPONSE_WITH_SERVFAIL);
            let _ = socket.send_to(&packet[..length], from);
        }
    });
    Ok(())
}
