//! Connection strings, put together part by part.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{authority, canary};

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A connection string in its URL form.
#[derive(Debug, Clone)]
pub struct Dsn {
    user: String,
    password: Option<String>,
    host: String,
    port: u16,
    database: String,
    parameters: Vec<(String, String)>,
}

impl Dsn {
    /// The role with its own password on `localhost`, with full verification.
    pub fn new(role: &str, port: u16, database: &str) -> Self {
        Self {
            user: role.to_owned(),
            password: Some(canary::of(role)),
            host: "localhost".to_owned(),
            port,
            database: database.to_owned(),
            parameters: Vec::new(),
        }
        .with("sslmode", "verify-full")
        .with("sslrootcert", &authority::get().root.display().to_string())
    }

    /// Sets a parameter of the query part.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a parameter out.
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    /// sslmode alone, without a root certificate.
    pub fn sslmode(self, mode: &str) -> Self {
        self.without("sslrootcert").with("sslmode", mode)
    }

    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// The password, as it is typed; empty where there is none.
    pub fn typed_password(&self) -> String {
        self.password.clone().unwrap_or_default()
    }

    pub fn no_password(mut self) -> Self {
        self.password = None;
        self
    }

    pub fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    pub fn database(mut self, database: &str) -> Self {
        database.clone_into(&mut self.database);
        self
    }
}

impl From<Dsn> for String {
    fn from(dsn: Dsn) -> Self {
        dsn.to_string()
    }
}

impl From<&Dsn> for String {
    fn from(dsn: &Dsn) -> Self {
        dsn.to_string()
    }
}

impl fmt::Display for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        write!(f, "postgresql://{}", encoded(&self.user))?;
        if let Some(password) = &self.password {
            write!(f, ":{}", encoded(password))?;
        }
        let port = self.port.to_string();
        // libpq reads a socket's directory before the slash too, SQLAlchemy in the query alone.
        let in_query = [("host", self.host.as_str()), ("port", port.as_str())];
        let of_socket = if self.host.starts_with('/') { &in_query[..] } else { &[] };
        let authority = if of_socket.is_empty() {
            format!("{}:{port}", self.host)
        } else {
            String::new()
        };
        write!(f, "@{authority}/{}", encoded(&self.database))?;
        let given = self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (i, (name, value)) in of_socket.iter().copied().chain(given).enumerate() {
            write!(f, "{}{name}={}", if i == 0 { '?' } else { '&' }, encoded(value).replace("%2F", "/"))?;
        }
        Ok(())
    }
}
