//! How a scenario's server differs from the shared one, and the configuration that follows from it.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::authority::{self, Identity};
use super::network;
use super::release::Release;
use super::{account, matrix, port, template, tools, workdir};

/// How a server differs from the shared one.
#[derive(Debug)]
pub struct Settings {
    /// The server's certificate; `None` turns TLS off.
    pub certificate: Option<Identity>,
    lines: Vec<(String, String)>,
    hba_first: String,
    standby: bool,
    release: Release,
    environment: Vec<(String, String)>,
    remote: bool,
    starts: bool,
    files: Vec<(&'static str, String)>,
}

impl Settings {
    /// Gives it a certificate that today's OpenSSL would not even load.
    pub fn weakly_certified(&mut self, identity: &Identity) {
        let file = workdir::fresh("openssl").join("openssl.cnf");
        fs::write(&file, LENIENT).expect("the directory is ours");
        self.env("OPENSSL_CONF", &file.display().to_string());
        self.certificate = Some(identity.clone());
    }

    /// Sets a parameter of `postgresql.conf`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.lines.push((name.to_owned(), value.to_owned()));
    }

    /// Puts a line before all others of `pg_hba.conf`.
    pub fn hba(&mut self, line: &str) {
        self.hba_first.push_str(line);
        self.hba_first.push('\n');
    }

    /// Makes it wait for a primary's log, answering read-only queries.
    pub fn standby(&mut self) {
        self.standby = true;
    }

    /// Puts a file into the data directory, beside those of every server.
    pub fn file(&mut self, name: &'static str, text: &str) {
        self.files.push((name, text.to_owned()));
    }

    /// Makes it the standby of a primary that never sends the end of the base backup, so that it never becomes consistent.
    pub fn never_consistent(&mut self) {
        let template = template::path(&self.release);
        let output = account::command(tools::postgres("pg_controldata"))
            .arg(&template)
            .env("LC_ALL", "C")
            .output()
            .expect("pg_controldata can be run");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let field = |name: &str| {
            let line = said.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.rsplit(' ').next()).expect("a field").to_owned()
        };
        let (redo, file) = (
            field("Latest checkpoint's REDO location:"),
            field("Latest checkpoint's REDO WAL file:"),
        );
        let checkpoint = field("Latest checkpoint location:");
        self.standby();
        self.stays_closed();
        self.file(
            "backup_label",
            &format!(
                "START WAL LOCATION: {redo} (file {file})\nCHECKPOINT LOCATION: {checkpoint}\nBACKUP METHOD: streamed\nBACKUP FROM: primary\n\
                 START TIME: 2031-01-01 00:00:00 UTC\nLABEL: never ends\nSTART TIMELINE: 1\n"
            ),
        );
    }

    /// Runs another release than the installed one.
    pub fn release(&mut self, release: &Release) {
        self.release = release.clone();
    }

    /// Puts a variable into its environment.
    pub fn env(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Makes it listen on [`network::REMOTE`] alone, an address that is no loopback address, in a network of its own.
    pub fn remote(&mut self) {
        self.remote = true;
    }

    /// Makes it never let anybody in, so that there is no waiting for that.
    pub fn stays_closed(&mut self) {
        self.starts = false;
    }

    /// The programs that it runs.
    pub fn installation(&self) -> &Release {
        &self.release
    }

    /// Whether it is to let anybody in.
    pub fn lets_in(&self) -> bool {
        self.starts
    }

    /// Writes the configuration into the copied data directory; sockets go into `directory`.
    pub fn configure(&self, directory: &Path, data: &Path) {
        let mut conf = String::from(BASE);
        let addresses = if self.remote {
            network::REMOTE.to_owned()
        } else {
            port::loopback().join(",")
        };
        let _ = writeln!(conf, "listen_addresses = '{addresses}'");
        let _ = writeln!(conf, "unix_socket_directories = '{}'", directory.display());
        if let Some(identity) = &self.certificate {
            let (certificate, key) = identity.install(data, "server");
            let ca = &authority::get().root;
            let _ = writeln!(
                conf,
                "ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\nssl_ca_file = '{}'",
                certificate.display(),
                key.display(),
                ca.display()
            );
        }
        for (name, value) in &self.lines {
            let _ = writeln!(conf, "{name} = '{value}'");
        }
        let hba = format!("{}{}", self.hba_first, matrix::hba());
        let hba = if self.certificate.is_some() { hba } else { without_tls(&hba) };
        fs::write(data.join("postgresql.auto.conf"), conf).expect("the copy can be written");
        fs::write(data.join("pg_hba.conf"), hba).expect("the copy can be written");
        if self.standby {
            fs::write(data.join("standby.signal"), "").expect("the copy can be written");
        }
        for (name, text) in &self.files {
            fs::write(data.join(name), text).expect("the copy can be written");
        }
        let more = self.files.iter().map(|(name, _)| *name);
        for file in ["postgresql.auto.conf", "pg_hba.conf", "standby.signal"].into_iter().chain(more) {
            let path = data.join(file);
            if path.exists() {
                account::give(&path);
            }
        }
    }

    /// The words that start it.
    pub fn start_words(&self, data: &Path, port: u16) -> Vec<OsString> {
        let mut words = if self.remote { network::remote_words() } else { Vec::new() };
        words.extend(account::prefix());
        if !self.environment.is_empty() {
            words.push("env".into());
            words.extend(self.environment.iter().map(|(name, value)| format!("{name}={value}").into()));
        }
        words.push(self.release.program("postgres").into());
        words.extend(["-D".into(), data.into(), "-p".into(), port.to_string().into()]);
        words
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            certificate: Some(authority::get().server.clone()),
            lines: Vec::new(),
            hba_first: String::new(),
            standby: false,
            release: Release::installed().clone(),
            environment: Vec::new(),
            remote: false,
            starts: true,
            files: Vec::new(),
        }
    }
}

/// Without TLS the server refuses lines that ask for client certificates.
fn without_tls(hba: &str) -> String {
    hba.lines()
        .filter(|line| !line.contains("cert"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

const LENIENT: &str = "\
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = default
[default]
CipherString = DEFAULT@SECLEVEL=0
";

const BASE: &str = "\
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
shared_buffers = 16MB
max_wal_size = 128MB
max_connections = 100
log_connections = on
log_disconnections = on
log_statement = all
log_line_prefix = '%m [%p] user=%u db=%d app=%a '
log_min_messages = warning
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
";
