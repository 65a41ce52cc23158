//! What the settings mean: whom to reach, as whom, and how. Passed on by the `config` layer.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::foreign::Foreign;
use crate::listing;
use crate::secret::Secret;

/// A connection as libpq would understand it: every default filled in.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where the settings came from, in words: `DATABASE_URL in the environment`.
    pub source: String,
    /// In the order in which libpq tries them; never empty.
    pub hosts: Vec<Host>,
    pub user: Foreign,
    pub database: Foreign,
    pub password: Option<Password>,
    pub tls: TlsSettings,
    pub channel_binding: ChannelBinding,
    /// The application's own limit on connecting; `None` is libpq's "wait for ever".
    pub connect_timeout: Option<Duration>,
    /// Command-line options for the server.
    pub options: Option<Foreign>,
    /// What a session has to be like for libpq to stay with its host.
    pub session_attrs: SessionAttrs,
    /// libpq's `load_balance_hosts=random`: the hosts are tried in an order that nobody knows beforehand.
    pub balances_hosts: bool,
    /// libpq's `require_auth`; `None` takes whatever the server asks for.
    pub require_auth: Option<RequireAuth>,
    /// The Python driver that the URL names (`psycopg2` in `postgresql+psycopg2://`).
    pub driver: Option<Foreign>,
}

/// A password, with where it came from.
#[derive(Debug, Clone)]
pub struct Password {
    pub secret: Secret,
    /// `the DSN`, `PGPASSWORD`, `~/.pgpass line 3`.
    pub source: String,
}

/// One place to try.
#[derive(Debug, Clone)]
pub struct Host {
    pub endpoint: Endpoint,
    pub port: u16,
    /// What the password file has for this host in particular; [`Target::password`] is that of the first.
    pub password: Option<Password>,
}

impl Target {
    /// One place of which nothing else is known: all the rest is what libpq does where nothing is said.
    #[must_use]
    pub fn of(source: &str, (endpoint, port): (Endpoint, u16), user: Foreign, database: Foreign) -> Self {
        Self {
            source: source.to_owned(),
            hosts: vec![Host {
                endpoint,
                port,
                password: None,
            }],
            user,
            database,
            password: None,
            tls: TlsSettings {
                mode: SslMode::Prefer,
                negotiation: Negotiation::Postgres,
                root_cert: RootCert::Default(None),
                revocations: Revocations::default(),
                client_cert: None,
                client_key: None,
                client_key_password: None,
                sni: true,
                min_protocol: None,
                max_protocol: None,
                requires_client_cert: false,
                gss: None,
            },
            channel_binding: ChannelBinding::Prefer,
            connect_timeout: None,
            options: None,
            session_attrs: SessionAttrs::Any,
            balances_hosts: false,
            require_auth: None,
            driver: None,
        }
    }

    /// The places to try, in words.
    #[must_use]
    pub fn places(&self) -> String {
        listing::list(&self.hosts)
    }

    /// The target as it is for one of several hosts: the password file may have a password for each.
    #[must_use]
    pub fn at(&self, host: &Host) -> Self {
        let mut target = self.clone();
        if self.hosts.iter().any(|host| host.password.is_some()) {
            target.password.clone_from(&host.password);
        }
        target
    }
}

/// Where a server listens.
#[derive(Debug, Clone)]
pub enum Endpoint {
    /// A name that has to be resolved.
    Name(Foreign),
    /// An address; `name` is the host name that certificates are compared with, where one is known.
    Address { address: IpAddr, name: Option<Foreign> },
    /// A directory that holds the Unix socket, or a name in the abstract namespace that begins with `@`.
    Socket(PathBuf),
}

impl Host {
    /// The host as the settings name it.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.endpoint {
            Endpoint::Name(name) | Endpoint::Address { name: Some(name), .. } => name.to_string(),
            Endpoint::Address { address, name: None } => address.to_string(),
            Endpoint::Socket(directory) => Foreign::new(directory.to_string_lossy()).to_string(),
        }
    }

    /// What a certificate has to be made out to.
    #[must_use]
    pub fn certificate_name(&self) -> Option<String> {
        match &self.endpoint {
            Endpoint::Name(name) | Endpoint::Address { name: Some(name), .. } => Some(name.raw().to_owned()),
            Endpoint::Address { address, name: None } => Some(address.to_string()),
            Endpoint::Socket(_) => None,
        }
    }

    /// Whether connections to it never leave this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match &self.endpoint {
            Endpoint::Name(name) => {
                let name = name.raw().trim_end_matches('.').to_ascii_lowercase();
                name == "localhost" || name.ends_with(".localhost")
            }
            Endpoint::Address { address, .. } => address.is_loopback(),
            Endpoint::Socket(_) => true,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.endpoint {
            Endpoint::Socket(_) => write!(f, "{}/.s.PGSQL.{}", self.name(), self.port),
            Endpoint::Address {
                address: IpAddr::V6(_),
                name: None,
            } => write!(f, "[{}]:{}", self.name(), self.port),
            Endpoint::Name(_) | Endpoint::Address { .. } => write!(f, "{}:{}", self.name(), self.port),
        }
    }
}

/// libpq's sslmode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl SslMode {
    pub const ALL: [Self; 6] = [
        Self::Disable,
        Self::Allow,
        Self::Prefer,
        Self::Require,
        Self::VerifyCa,
        Self::VerifyFull,
    ];

    /// The value as libpq spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

/// How TLS begins (libpq's sslnegotiation).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Negotiation {
    /// An SSLRequest first.
    Postgres,
    /// At once, with ALPN; PostgreSQL 17 and later.
    Direct,
}

/// libpq's `channel_binding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelBinding {
    Disable,
    Prefer,
    Require,
}

/// libpq's `target_session_attrs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionAttrs {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

impl SessionAttrs {
    pub const ALL: [Self; 6] = [
        Self::Any,
        Self::ReadWrite,
        Self::ReadOnly,
        Self::Primary,
        Self::Standby,
        Self::PreferStandby,
    ];

    /// The value as libpq spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::ReadWrite => "read-write",
            Self::ReadOnly => "read-only",
            Self::Primary => "primary",
            Self::Standby => "standby",
            Self::PreferStandby => "prefer-standby",
        }
    }

    /// Whether a session that cannot write is what the settings ask for.
    #[must_use]
    pub const fn is_for_readers(self) -> bool {
        matches!(self, Self::ReadOnly | Self::Standby | Self::PreferStandby)
    }
}

/// libpq's `require_auth`: the methods that the client allows, or, negated, those that it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequireAuth {
    pub methods: Vec<String>,
    pub negated: bool,
}

impl RequireAuth {
    /// Reads the list as libpq writes it: `scram-sha-256,md5` or `!password,!md5`. Validated before.
    #[must_use]
    pub fn parse(list: &str) -> Self {
        Self {
            methods: list.split(',').map(|item| item.trim_start_matches('!').to_owned()).collect(),
            negated: list.starts_with('!'),
        }
    }

    /// Whether the client goes along with a method.
    #[must_use]
    pub fn allows(&self, method: &str) -> bool {
        self.methods.iter().any(|listed| listed == method) != self.negated
    }
}

impl fmt::Display for RequireAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.negated { "!" } else { "" };
        let items: Vec<String> = self.methods.iter().map(|method| format!("{mark}{method}")).collect();
        f.write_str(&items.join(","))
    }
}

/// Which certificate authorities are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootCert {
    /// The system's store (`sslrootcert=system`).
    System,
    /// This file, which the settings name.
    Named(PathBuf),
    /// libpq's default, `~/.postgresql/root.crt`; `None` where there is no home directory.
    Default(Option<PathBuf>),
}

/// What libpq's `ssl*` parameters say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    pub mode: SslMode,
    pub negotiation: Negotiation,
    pub root_cert: RootCert,
    pub revocations: Revocations,
    /// `sslcert`, or libpq's default where that file exists.
    pub client_cert: Option<PathBuf>,
    /// `sslkey`, or libpq's default.
    pub client_key: Option<PathBuf>,
    pub client_key_password: Option<Secret>,
    pub sni: bool,
    /// The lowest protocol version as libpq names it: `TLSv1.2`.
    pub min_protocol: Option<String>,
    pub max_protocol: Option<String>,
    /// libpq's `sslcertmode=require`: a session without a client certificate is given up.
    pub requires_client_cert: bool,
    /// libpq's `gssencmode=require`: Kerberos encrypts, or there is no connection.
    pub gss: Option<RequiredGss>,
}

/// Where the lists of revoked certificates are; libpq looks at them only where it has a root file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revocations {
    /// `sslcrl`, or libpq's default where that file exists. One that cannot be read is ignored without a word.
    pub file: Option<PathBuf>,
    /// `sslcrldir`: its lists have hashed names.
    pub directory: Option<PathBuf>,
}

/// Encryption by Kerberos that the settings insist on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredGss {
    /// What shows that the application may have Kerberos credentials; `None` where nothing does.
    pub sign_of_credentials: Option<String>,
}
