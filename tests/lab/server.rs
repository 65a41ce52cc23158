//! PostgreSQL: the server that most scenarios share, and others that are broken as a whole.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use dbdoctor::process;

use super::database::Database;
use super::dsn::Dsn;
use super::network::Network;
use super::session::Session;
pub use super::settings::Settings;
use super::supervisor::Supervised;
use super::{account, port, schema, template, tools, workdir};

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
        let mut settings = Settings::default();
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
            .arg(template::path(settings.installation()))
            .arg(&data)
            .status()
            .expect("cp can be run");
        assert!(copied.success(), "the template cannot be copied");
        settings.configure(&directory, &data);
        let port = port::free();
        let supervised = Supervised::start(&settings.start_words(&data, port), &directory, &directory.join("log"), "QUIT");
        let server = Self {
            port,
            directory,
            supervised,
        };
        let started = server.wait_until(|server| if settings.lets_in() { server.lets_in() } else { server.listens() });
        if started { Ok(server) } else { Err(server.log()) }
    }

    /// The surroundings in which a remote server can be reached.
    pub fn network(&self) -> Network {
        Network::of_process(self.supervised.pid())
    }

    /// The same with more lines in the hosts file.
    ///
    /// # Errors
    /// Why this machine cannot do that.
    pub fn network_with_hosts(&self, hosts: &str) -> Result<Network, String> {
        Network::of_process_with_hosts(self.supervised.pid(), hosts)
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
        let deadline = Instant::now() + Duration::from_mins(1);
        while !self.log_since(mark).contains("reloading configuration files") {
            assert!(Instant::now() < deadline, "no reload: {}", self.log_since(mark));
            sleep(Duration::from_millis(5));
        }
        // The line comes before the reading, and whoever connects now comes after it.
    }

    /// How many sessions of the role are in, as the titles of their processes tell: to count them so takes no slot.
    pub fn sessions_of(&self, role: &str) -> usize {
        let title = format!("postgres: {role} ");
        let is_in = |pid: &u32| {
            let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let shown = String::from_utf8_lossy(&command);
            shown.starts_with(&title) && !["startup", "authentication"].iter().any(|state| shown.contains(state))
        };
        process::children(self.supervised.pid()).iter().filter(|pid| is_in(pid)).count()
    }

    /// Whether it serves a client since the mark and then comes to serve nobody, before the server ends or a minute is over. Its own
    /// workers come and go by themselves.
    pub fn comes_to_rest(&self, mark: usize) -> bool {
        const OWN: [&str; 8] = [
            "checkpointer",
            "background writer",
            "walwriter",
            "autovacuum",
            "logical replication",
            "stats",
            "io worker",
            "archiver",
        ];
        let is_own = |pid: &u32| {
            let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let shown = String::from_utf8_lossy(&command).into_owned();
            // One that has ended shows nothing.
            shown.is_empty()
                || shown
                    .strip_prefix("postgres: ")
                    .is_some_and(|title| OWN.iter().any(|own| title.starts_with(own)))
        };
        self.wait_until(|server| {
            server.log_since(mark).contains("connection received") && process::children(server.supervised.pid()).iter().all(is_own)
        })
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
