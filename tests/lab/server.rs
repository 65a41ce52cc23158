//! PostgreSQL: the server that most scenarios share, and others that are broken as a whole.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::authority::{self, Identity};
use super::database::Database;
use super::dsn::Dsn;
use super::session::Session;
use super::supervisor::Supervised;
use super::{account, matrix, port, schema, template, tools, workdir};

/// How a server differs from the shared one.
#[derive(Debug)]
pub struct Settings {
    /// The server's certificate; `None` turns TLS off.
    pub certificate: Option<Identity>,
    lines: Vec<(String, String)>,
    hba_first: String,
    standby: bool,
    environment: Vec<(String, String)>,
}

impl Settings {
    /// Sets a parameter of `postgresql.conf`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.lines.push((name.to_owned(), value.to_owned()));
    }

    /// Puts a line before all others of `pg_hba.conf`.
    pub fn hba(&mut self, line: &str) {
        self.hba_first.push_str(line);
        self.hba_first.push('\n');
    }

    /// Puts a variable into its environment.
    pub fn env(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Makes it wait for a primary's log, answering read-only queries.
    pub fn standby(&mut self) {
        self.standby = true;
    }
}

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Server {
    port: u16,
    directory: PathBuf,
    supervised: Supervised,
}

impl Server {
    /// The server that scenarios share, with TLS, a good certificate and the whole matrix of roles.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Server> = LazyLock::new(|| Server::with(|settings| settings.set("max_connections", "200")));
        &SHARED
    }

    /// A server of the scenario's own.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            certificate: Some(authority::get().server.clone()),
            lines: Vec::new(),
            hba_first: String::new(),
            standby: false,
            environment: Vec::new(),
        };
        change(&mut settings);
        // Between the search for a port and its use somebody else may take it.
        let mut log = String::new();
        for _ in 0..3 {
            match Self::start(&settings) {
                Ok(server) => return server,
                Err(failed) => log = failed,
            }
        }
        panic!("PostgreSQL does not start: {log}");
    }

    fn start(settings: &Settings) -> Result<Self, String> {
        let directory = workdir::for_server("postgres");
        account::give(&directory);
        let data = directory.join("data");
        let copied = account::command("cp")
            .arg("-a")
            .arg(template::path())
            .arg(&data)
            .status()
            .expect("cp can be run");
        assert!(copied.success(), "the template cannot be copied");
        configure(settings, &directory, &data);
        let port = port::free();
        let supervised = Supervised::start(&start_words(settings, &data, port), &directory, &directory.join("log"), "QUIT");
        let server = Self {
            port,
            directory,
            supervised,
        };
        if server.wait_until_ready() { Ok(server) } else { Err(server.log()) }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The directory that holds the Unix socket.
    pub fn socket_directory(&self) -> &Path {
        &self.directory
    }

    /// The role's connection to the shop, with its own password and full verification.
    pub fn dsn(&self, role: &str) -> Dsn {
        Dsn::new(role, self.port, schema::SHOP)
    }

    /// The role's connection to the shop over the Unix socket.
    pub fn socket_dsn(&self, role: &str) -> Dsn {
        self.dsn(role)
            .host(&self.directory.display().to_string())
            .without("sslmode")
            .without("sslrootcert")
    }

    /// Runs SQL as the superuser, and hands back what it printed, columns parted by `|`.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.try_sql(database, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs SQL as the superuser.
    ///
    /// # Errors
    /// What psql wrote on its standard error.
    pub fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let output = self.psql("postgres", database).args(["-c", sql]).output().expect("psql can be run");
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// A session that stays open until it is dropped.
    pub fn session(&self, role: &str, database: &str) -> Session {
        Session::open(self.psql(role, database))
    }

    /// A database of the scenario's own, just like the shop.
    pub fn copy(&self) -> Database<'_> {
        Database::copy(self)
    }

    /// The whole log.
    pub fn log(&self) -> String {
        self.log_since(0)
    }

    /// The log's length in bytes, to look later at what was added.
    pub fn log_mark(&self) -> usize {
        self.log_bytes().len()
    }

    /// What was logged since the mark, by whichever session.
    pub fn log_since(&self, mark: usize) -> String {
        String::from_utf8_lossy(&self.log_bytes()[mark..]).into_owned()
    }

    fn log_bytes(&self) -> Vec<u8> {
        fs::read(self.directory.join("log")).unwrap_or_default()
    }

    /// The log's lines of one database since the mark, once `enough` is content or five seconds have passed.
    pub fn log_of(&self, database: &str, mark: usize, enough: impl Fn(&str) -> bool) -> String {
        let tag = format!(" db={database} ");
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let log = self.log_since(mark);
            let lines: String = log
                .lines()
                .filter(|line| line.contains(&tag))
                .flat_map(|line| [line, "\n"])
                .collect();
            if enough(&lines) || Instant::now() > deadline {
                return lines;
            }
            sleep(Duration::from_millis(20));
        }
    }

    fn psql(&self, role: &str, database: &str) -> Command {
        let mut command = Command::new(tools::postgres("psql"));
        command
            .env_clear()
            .env("PGPASSWORD", super::canary::of(role))
            .env("PGAPPNAME", "the laboratory")
            .env("LC_ALL", "C.UTF-8")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-p", &self.port.to_string()])
            .arg("-h")
            .arg(&self.directory)
            .args(["-U", role, "-d", database]);
        command
    }

    fn wait_until_ready(&self) -> bool {
        let deadline = Instant::now() + Duration::from_mins(1);
        while self.supervised.is_running() && Instant::now() < deadline {
            let log = self.log();
            if log.contains("ready to accept connections") || log.contains("ready to accept read-only connections") {
                return true;
            }
            sleep(Duration::from_millis(10));
        }
        false
    }
}

fn configure(settings: &Settings, directory: &Path, data: &Path) {
    let mut conf = String::from(BASE);
    let _ = writeln!(conf, "listen_addresses = '{}'", port::loopback().join(","));
    let _ = writeln!(conf, "unix_socket_directories = '{}'", directory.display());
    if let Some(identity) = &settings.certificate {
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
    for (name, value) in &settings.lines {
        let _ = writeln!(conf, "{name} = '{value}'");
    }
    let hba = format!("{}{}", settings.hba_first, matrix::hba());
    let hba = if settings.certificate.is_some() { hba } else { without_tls(&hba) };
    fs::write(data.join("postgresql.auto.conf"), conf).expect("the copy can be written");
    fs::write(data.join("pg_hba.conf"), hba).expect("the copy can be written");
    if settings.standby {
        fs::write(data.join("standby.signal"), "").expect("the copy can be written");
    }
    for file in ["postgresql.auto.conf", "pg_hba.conf", "standby.signal"] {
        let path = data.join(file);
        if path.exists() {
            account::give(&path);
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

fn start_words(settings: &Settings, data: &Path, port: u16) -> Vec<OsString> {
    let mut words = account::prefix();
    words.push("env".into());
    words.extend(settings.environment.iter().map(|(name, value)| format!("{name}={value}").into()));
    words.push(tools::postgres("postgres").into());
    words.extend(["-D".into(), data.into(), "-p".into(), port.to_string().into()]);
    words
}

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
