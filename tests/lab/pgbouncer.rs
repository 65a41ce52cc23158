//! PgBouncer in transaction mode, in front of a server of the laboratory.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::authority;
use super::dsn::Dsn;
use super::server::Server;
use super::session::Session;
use super::supervisor::Supervised;
use super::{account, canary, port, schema, tools, workdir};

/// The database that the pooler offers beside the shop: its server is not there.
pub const WITHOUT_SERVER: &str = "nowhere";

/// The role whose password the pooler and its clients share, and the server does not.
pub const STALE: &str = "no_sequence";

/// Who may use the console.
const CONSOLE_USER: &str = "monitor";

/// A running PgBouncer.
#[derive(Debug)]
pub struct PgBouncer {
    port: u16,
    directory: PathBuf,
    supervised: Supervised,
}

impl PgBouncer {
    /// Starts one that takes connections with TLS and without.
    pub fn before(server: &Server) -> Self {
        Self::with(server, "")
    }

    /// Starts one with more lines of its configuration.
    pub fn with(server: &Server, lines: &str) -> Self {
        let directory = workdir::for_server("pgbouncer");
        account::give(&directory);
        let port = port::free();
        let (certificate, key) = authority::get().server.install(&directory, "pooler");
        let mut users = String::new();
        for role in ["app", "monitor", "no_insert", "limited"] {
            let _ = writeln!(users, "\"{role}\" \"{}\"", canary::of(role));
        }
        // Pooler and application agree on this password; the server does not take it.
        let _ = writeln!(users, "\"{STALE}\" \"{}\"", canary::of("the pooler's stale password"));
        let directory_name = directory.display();
        let configuration = format!(
            "[databases]
{shop} = host=127.0.0.1 port={server_port} dbname={shop}
{WITHOUT_SERVER} = host=127.0.0.1 port={dead_port} dbname={shop}
[pgbouncer]
listen_addr = {addresses}
listen_port = {port}
unix_socket_dir = {directory_name}
auth_type = scram-sha-256
auth_file = {directory_name}/users
pool_mode = transaction
client_tls_sslmode = allow
client_tls_cert_file = {certificate}
client_tls_key_file = {key}
server_tls_sslmode = require
query_wait_timeout = 3
admin_users = {CONSOLE_USER}
{lines}
",
            shop = schema::SHOP,
            addresses = port::loopback().join(", "),
            server_port = server.port(),
            dead_port = port::free(),
            certificate = certificate.display(),
            key = key.display(),
        );
        for (name, text) in [("pgbouncer.ini", configuration), ("users", users)] {
            fs::write(directory.join(name), text).expect("the directory is ours");
            account::give(&directory.join(name));
        }
        let mut words = account::prefix();
        words.push(tools::pgbouncer().into());
        words.push(directory.join("pgbouncer.ini").into());
        let supervised = Supervised::start(&words, &directory, &directory.join("log"), "TERM");
        let pooler = Self {
            port,
            directory,
            supervised,
        };
        pooler.wait_until_ready();
        pooler
    }

    /// The role's connection through the pooler, with full verification.
    pub fn dsn(&self, role: &str) -> Dsn {
        Dsn::new(role, self.port, schema::SHOP)
    }

    /// What a person pastes: a command of the console, or a line of the section `[pgbouncer]`, which comes last in the file.
    ///
    /// # Panics
    /// If the console refuses it.
    pub fn paste(&self, text: &str) {
        if !text.ends_with(';') {
            let path = self.directory.join("pgbouncer.ini");
            let file = fs::read_to_string(&path).expect("the directory is ours");
            fs::write(&path, format!("{file}{text}\n")).expect("the directory is ours");
            return;
        }
        self.console(text);
    }

    /// What the console answers, the columns' names first.
    ///
    /// # Panics
    /// If the console refuses the command.
    pub fn console(&self, command: &str) -> String {
        let console = self.dsn(CONSOLE_USER).host("127.0.0.1").database("pgbouncer").to_string();
        let output = Command::new(tools::postgres("psql"))
            .args(["-X", "-A", "-v", "ON_ERROR_STOP=1", "-c", command, &console])
            .env_clear()
            .output()
            .expect("psql can be run");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A session of the role through the pooler, without TLS.
    pub fn session(&self, role: &str) -> Session {
        let dsn = self.dsn(role).host("127.0.0.1").sslmode("disable").to_string();
        let mut psql = Command::new(tools::postgres("psql"));
        psql.env_clear().env("LC_ALL", "C.UTF-8").args(["-X", "-q", "-A", "-t", &dsn]);
        Session::open(psql)
    }

    /// The file with the users and their secrets.
    pub fn users(&self) -> PathBuf {
        self.directory.join("users")
    }

    /// Its own configuration.
    pub fn configuration(&self) -> PathBuf {
        self.directory.join("pgbouncer.ini")
    }

    /// The whole log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }

    fn wait_until_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.log().contains("process up") {
            let starting = self.supervised.is_running() && Instant::now() < deadline;
            assert!(starting, "PgBouncer does not start: {}", self.log());
            sleep(Duration::from_millis(10));
        }
    }
}
