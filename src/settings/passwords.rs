//! The password that libpq would offer, and where it comes from.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::merge::{Merged, Origin, path_of};
use super::source::Source;
use crate::conninfo::passfile;
use crate::file;
use crate::finding::Finding;
use crate::finding::config::passfile_ignored;
use crate::foreign::Foreign;
use crate::secret::Secret;
use crate::target::{Endpoint, Host, Password};

/// Whom the password file is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Login<'a> {
    pub database: &'a [u8],
    pub user: &'a [u8],
}

/// The password for the first host, if any setting or the password file gives one, and what keeps the file from being read. What
/// the file has for each of several hosts is written beside them.
#[must_use]
pub fn find(
    merged: &Merged,
    source: &Source,
    environment: &Environment,
    login: Login<'_>,
    hosts: &mut [Host],
) -> (Option<Password>, Option<Finding>) {
    if let Some(password) = merged.filled("password") {
        let from = match merged.origin("password") {
            Some(Origin::Variable(name)) => (*name).to_owned(),
            Some(Origin::Service(path)) => format!("the service file {}", Foreign::new(path.to_string_lossy())),
            Some(Origin::Given | Origin::Default) | None => source.to_string(),
        };
        return (
            Some(Password {
                secret: Secret::new(password),
                source: from,
            }),
            None,
        );
    }
    let path = match merged.filled("passfile") {
        Some(path) => path_of(path),
        None => match environment.home() {
            Some(home) => home.join(".pgpass"),
            None => return (None, None),
        },
    };
    from_file(&path, login, hosts)
}

fn from_file(path: &PathBuf, login: Login<'_>, hosts: &mut [Host]) -> (Option<Password>, Option<Finding>) {
    let status = match std::fs::metadata(path) {
        Ok(status) => status,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return (None, None),
        Err(error) => return (None, Some(passfile_ignored::unread(path, &error))),
    };
    if !status.is_file() {
        return (None, Some(passfile_ignored::found(path, "it is not a plain file", None)));
    }
    let text = match file::read_bytes(path) {
        Ok(text) => text,
        Err(error) => return (None, Some(passfile_ignored::unread(path, &error))),
    };
    let mode = status.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let why = format!("group or others have access to it (mode {mode:04o})");
        let found = hosts.iter().find_map(|host| entry(&text, host, login));
        return (None, found.map(|(_, line)| passfile_ignored::found(path, &why, Some(line))));
    }
    for host in &mut *hosts {
        host.password = entry(&text, host, login).map(|(secret, line)| Password {
            secret,
            source: format!("{} line {line}", Foreign::new(path.to_string_lossy())),
        });
    }
    (hosts.first().and_then(|host| host.password.clone()), None)
}

fn entry(text: &[u8], host: &Host, login: Login<'_>) -> Option<(Secret, usize)> {
    const DEFAULT_SOCKETS: &[&str] = &["/var/run/postgresql", "/run/postgresql", "/tmp"];
    let name = match &host.endpoint {
        Endpoint::Name(name) | Endpoint::Address { name: Some(name), .. } => name.raw().to_owned(),
        Endpoint::Address { address, name: None } => address.to_string(),
        Endpoint::Socket(directory) if DEFAULT_SOCKETS.iter().any(|known| directory == Path::new(known)) => "localhost".to_owned(),
        Endpoint::Socket(directory) => directory.to_string_lossy().into_owned(),
    };
    passfile::lookup(text, name.as_bytes(), host.port, login.database, login.user)
}
