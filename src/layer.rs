//! The eight layers between an application and its database, in the order in which they are probed.

use std::fmt;

/// One layer of the chain. The order of the variants is the order of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Layer {
    Config,
    Dns,
    Tcp,
    Tls,
    Auth,
    Privileges,
    Migrations,
    Pool,
    /// Above the chain: the application itself, which is asked only with `--health-url`.
    #[value(skip)]
    Application,
}

impl Layer {
    /// Every layer of the chain, lowest first.
    pub const ALL: [Self; 8] = [
        Self::Config,
        Self::Dns,
        Self::Tcp,
        Self::Tls,
        Self::Auth,
        Self::Privileges,
        Self::Migrations,
        Self::Pool,
    ];

    /// The name that codes, reports and options use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Privileges => "privileges",
            Self::Migrations => "migrations",
            Self::Pool => "pool",
            Self::Application => "application",
        }
    }

    /// What the layer's probe asks.
    #[must_use]
    pub const fn question(self) -> &'static str {
        match self {
            Self::Config => "Which settings does the application run with, and can they be read as a connection?",
            Self::Dns => "Does the host name resolve here, and to what?",
            Self::Tcp => "Does something accept a connection at each address, or at the Unix socket?",
            Self::Tls => "Does the server speak PostgreSQL there, and is TLS what the settings ask for?",
            Self::Auth => "Does the server let this role into this database?",
            Self::Privileges => "May this role do what the application does?",
            Self::Migrations => "Does the schema stand where the deployed code expects it?",
            Self::Pool => "Are there enough connections for what the application can open?",
            Self::Application => "Does the application itself get at its database?",
        }
    }

    /// Whether the layers above need what this one finds, so that it can never be left out.
    #[must_use]
    pub const fn carries_the_connection(self) -> bool {
        match self {
            Self::Config | Self::Dns | Self::Tcp | Self::Tls | Self::Auth => true,
            Self::Privileges | Self::Migrations | Self::Pool | Self::Application => false,
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
