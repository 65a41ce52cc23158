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

/// What a command sees of the world, in namespaces of its own.
#[derive(Debug, Clone)]
pub struct Network {
    files: PathBuf,
    isolated: bool,
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
        Ok(Self { files, isolated: false })
    }

    /// One with nothing but a loopback interface: no address outside has a route, and 198.51.100.0/24 is refused by one.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn isolated() -> Result<Self, String> {
        tools::in_path("ip").ok_or("there is no ip command")?;
        let network = Self::new("127.0.0.1", "")?;
        Ok(Self { isolated: true, ..network })
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
        let mut words = vec![OsString::from("unshare"), "--mount".into()];
        if self.isolated {
            words.push("--net".into());
        }
        words.extend(["sh", "-c", ENTER, "enter"].map(OsString::from));
        words.push(self.files.clone().into());
        words.push(if self.isolated { "isolated" } else { "shared" }.into());
        words
    }
}
