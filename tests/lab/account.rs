//! The ordinary user that servers run as: PostgreSQL and PgBouncer refuse to run as root.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// An entry of `/etc/passwd`.
#[derive(Debug, Clone)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

/// Whether this process is root.
pub fn is_root() -> bool {
    own_uid() == 0
}

fn own_uid() -> u32 {
    fs::metadata("/proc/self").expect("/proc is mounted").uid()
}

/// The name of the user that runs the tests.
pub fn own_name() -> String {
    let uid = own_uid();
    passwd(|account| account.uid == uid).map_or_else(|| uid.to_string(), |account| account.name)
}

/// The user that servers run as; `None` where this process is an ordinary user itself.
pub fn ordinary() -> Option<Account> {
    is_root().then(|| {
        passwd(|account| account.name == "postgres")
            .or_else(|| passwd(|account| account.name == "nobody"))
            .expect("/etc/passwd knows postgres or nobody")
    })
}

/// Gives the file or directory to the ordinary user.
pub fn give(path: &Path) {
    if let Some(account) = ordinary() {
        chown(path, Some(account.uid), Some(account.gid)).unwrap_or_else(|error| panic!("chown {}: {error}", path.display()));
    }
}

/// A command that runs as the ordinary user.
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    if let Some(account) = ordinary() {
        command.uid(account.uid).gid(account.gid);
    }
    // Where the tests run may be closed to the ordinary user.
    command.current_dir("/");
    command
}

/// The words that make a shell run what follows them as the ordinary user.
pub fn prefix() -> Vec<OsString> {
    ordinary().map_or_else(Vec::new, |account| {
        let ids = [format!("--reuid={}", account.uid), format!("--regid={}", account.gid)];
        let mut words = vec![OsString::from("setpriv")];
        words.extend(ids.map(OsString::from));
        words.extend(["--clear-groups", "--"].map(OsString::from));
        words
    })
}

fn passwd(wanted: impl Fn(&Account) -> bool) -> Option<Account> {
    let file = fs::read_to_string("/etc/passwd").ok()?;
    file.lines().filter_map(entry).find(wanted)
}

fn entry(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    Some(Account {
        name: fields.next()?.to_owned(),
        uid: fields.nth(1)?.parse().ok()?,
        gid: fields.next()?.parse().ok()?,
    })
}
