//! PostgreSQL: the server that most scenarios share, and others that are broken as a whole.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::authority::{self, Identity};
use super::database::Database;
use super::dsn::Dsn;
use super::network::{self, Network};
use super::release::Release;
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
            release: Release::installed().clone(),
            environment: Vec::new(),
            remote: false,
            starts: true,
            files: Vec::new(),
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
            .arg(template::path(&settings.release))
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
        let started = server.wait_until(|server| if settings.starts { server.lets_in() } else { server.listens() });
        if started { Ok(server) } else { Err(server.log()) }
    }

    /// The surroundings in which a remote server can be reached.
    pub fn network(&self) -> Network {
        Network::of_process(self.supervised.pid())
    }

    /// The server's data directory.
    pub fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// Sends a signal to the postmaster, by its name: `TERM` is a smart shutdown.
    pub fn signal(&self, name: &str) {
        let pid = self.supervised.pid().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -s {name} {pid}");
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

    /// Runs what a person pastes into psql as the superuser: statement by statement. Hands back what it printed.
    ///
    /// # Panics
    /// If PostgreSQL refuses a statement.
    pub fn paste(&self, database: &str, text: &str) -> String {
        let mut psql = self
            .psql("postgres", database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("psql can be run");
        let mut input = psql.stdin.take().expect("piped");
        writeln!(input, "{text}").expect("psql reads");
        drop(input);
        let output = psql.wait_with_output().expect("it is our child");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}: {said}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Waits until the postmaster has read its configuration again.
    pub fn wait_for_reload(&self, mark: usize) {
        let deadline = Instant::now() + Duration::from_secs(5);
        while !self.log_since(mark).contains("reloading configuration files") {
            assert!(Instant::now() < deadline, "no reload: {}", self.log_since(mark));
            sleep(Duration::from_millis(5));
        }
        // The line comes before the reading.
        sleep(Duration::from_millis(50));
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

    /// Whether the log gets this text, before the server ends or a minute is over.
    pub fn wait_for(&self, text: &str) -> bool {
        self.wait_until(|server| server.log().contains(text))
    }

    fn wait_until(&self, reached: impl Fn(&Self) -> bool) -> bool {
        let deadline = Instant::now() + Duration::from_mins(1);
        while self.supervised.is_running() && Instant::now() < deadline {
            if reached(self) {
                return true;
            }
            sleep(Duration::from_millis(10));
        }
        false
    }

    /// Whether `postmaster.pid` says so: the log has a language.
    fn lets_in(&self) -> bool {
        let state = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        state
            .lines()
            .nth(7)
            .is_some_and(|state| ["ready", "standby"].contains(&state.trim()))
    }

    fn listens(&self) -> bool {
        self.directory.join(format!(".s.PGSQL.{}", self.port)).exists()
    }
}

fn configure(settings: &Settings, directory: &Path, data: &Path) {
    let mut conf = String::from(BASE);
    let addresses = if settings.remote {
        network::REMOTE.to_owned()
    } else {
        port::loopback().join(",")
    };
    let _ = writeln!(conf, "listen_addresses = '{addresses}'");
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
    for (name, text) in &settings.files {
        fs::write(data.join(name), text).expect("the copy can be written");
    }
    let more = settings.files.iter().map(|(name, _)| *name);
    for file in ["postgresql.auto.conf", "pg_hba.conf", "standby.signal"].into_iter().chain(more) {
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
    let mut words = if settings.remote { network::remote_words() } else { Vec::new() };
    words.extend(account::prefix());
    if !settings.environment.is_empty() {
        words.push("env".into());
        words.extend(settings.environment.iter().map(|(name, value)| format!("{name}={value}").into()));
    }
    words.push(settings.release.program("postgres").into());
    words.extend(["-D".into(), data.into(), "-p".into(), port.to_string().into()]);
    words
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
