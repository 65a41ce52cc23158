//! Surroundings for one command: its own resolver configuration, its own hosts file, or no network at all.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use super::{account, tools, workdir};

const ENTER: &str = r#"
set -e
for file in resolv.conf hosts nsswitch.conf; do
    if [ -e "/etc/$file" ]; then mount --bind "$1/$file" "/etc/$file"; fi
done
if [ "$2" = isolated ]; then
    ip link set lo up
    ip route add unreachable 198.51.100.0/24
fi
shift 2
exec "$@"
"#;

/// The address of a remote server: of TEST-NET-1, on the loopback interface of a network of its own.
pub const REMOTE: &str = "192.0.2.7";

const APART: &str = r#"
set -e
ip link set lo up
ip address add "$1/32" dev lo
shift
exec "$@"
"#;

/// The words that make what follows them run in a network with nothing but a loopback interface, which has [`REMOTE`] too.
pub fn remote_words() -> Vec<OsString> {
    ["unshare", "--net", "sh", "-c", APART, "apart", REMOTE].map(OsString::from).into()
}

/// Whether this machine can put a server there.
///
/// # Errors
/// Why it cannot.
pub fn can_be_remote() -> Result<(), String> {
    Network::isolated().map(drop)
}

/// What a command sees of the world, in namespaces of its own.
#[derive(Debug, Clone)]
pub struct Network {
    files: PathBuf,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Shared,
    Isolated,
    /// That of a process.
    Of(u32),
}

impl Network {
    /// One that asks the name server at this address, and has these lines in its hosts file.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn new(resolver: &str, hosts: &str) -> Result<Self, String> {
        if !account::is_root() {
            return Err("a private /etc/resolv.conf takes root".to_owned());
        }
        let unshare = tools::in_path("unshare").ok_or("there is no unshare")?;
        let allowed = std::process::Command::new(unshare).args(["--mount", "--net", "true"]).output();
        if !allowed.is_ok_and(|output| output.status.success()) {
            return Err("namespaces of one's own are not allowed here".to_owned());
        }
        let files = workdir::fresh("network");
        let resolv = format!("nameserver {resolver}\noptions timeout:1 attempts:2\n");
        let contents = [
            ("resolv.conf", resolv),
            ("hosts", format!("127.0.0.1 localhost\n{hosts}\n")),
            ("nsswitch.conf", "hosts: files dns\n".to_owned()),
        ];
        for (name, text) in contents {
            fs::write(files.join(name), text).map_err(|error| error.to_string())?;
        }
        Ok(Self { files, kind: Kind::Shared })
    }

    /// One with nothing but a loopback interface: no address outside has a route, and 198.51.100.0/24 is refused by one.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn isolated() -> Result<Self, String> {
        Self::isolated_with_hosts("")
    }

    /// The same with more lines in the hosts file.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn isolated_with_hosts(hosts: &str) -> Result<Self, String> {
        tools::in_path("ip").ok_or("there is no ip command")?;
        let network = Self::new("127.0.0.1", hosts)?;
        Ok(Self {
            kind: Kind::Isolated,
            ..network
        })
    }

    /// The network that a process is in.
    pub fn of_process(pid: u32) -> Self {
        Self {
            files: PathBuf::new(),
            kind: Kind::Of(pid),
        }
    }

    /// The same with a hosts file that has these lines.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn of_process_with_hosts(pid: u32, hosts: &str) -> Result<Self, String> {
        let network = Self::new("127.0.0.1", hosts)?;
        Ok(Self {
            kind: Kind::Of(pid),
            ..network
        })
    }

    /// The same with more lines in the resolver's configuration.
    pub fn resolving_with(self, lines: &str) -> Self {
        let file = self.files.join("resolv.conf");
        let before = fs::read_to_string(&file).expect("it was written");
        fs::write(&file, format!("{before}{lines}\n")).expect("the directory is ours");
        self
    }

    /// The words that make what follows them run there.
    pub fn prefix(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        if let Kind::Of(pid) = self.kind {
            words.extend(["nsenter".into(), format!("--net=/proc/{pid}/ns/net").into()]);
            if self.files.as_os_str().is_empty() {
                return words;
            }
        }
        words.extend(["unshare", "--mount"].map(OsString::from));
        if self.kind == Kind::Isolated {
            words.push("--net".into());
        }
        words.extend(["sh", "-c", ENTER, "enter"].map(OsString::from));
        words.push(self.files.clone().into());
        words.push(if self.kind == Kind::Isolated { "isolated" } else { "shared" }.into());
        words
    }
}
