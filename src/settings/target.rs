//! Turns merged settings into a target: what libpq would do with them.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::environment::Environment;
use super::kerberos;
use super::merge::{Merged, path_of};
use crate::conninfo::host_list::{self, Place};
use crate::conninfo::validate;
use crate::foreign::Foreign;
use crate::secret::Secret;
use crate::target::{
    ChannelBinding, Endpoint, Host, Negotiation, RequireAuth, RequiredGss, Revocations, RootCert, SessionAttrs, SslMode, TlsSettings,
};

/// Where servers put their socket: Debian's directory first, PostgreSQL's own last.
const SOCKET_DIRECTORIES: &[&str] = &["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// The places to try, in libpq's order. Values that libpq refuses have been reported before; they yield no place.
#[must_use]
pub fn hosts(merged: &Merged) -> Vec<Host> {
    let value = |keyword| merged.get(keyword).unwrap_or_default();
    let places = host_list::places(value("host"), value("hostaddr"), value("port")).unwrap_or_default();
    places.iter().filter_map(host).collect()
}

fn host(place: &Place<'_>) -> Option<Host> {
    let port = validate::port(place.port).ok()?;
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<IpAddr>().ok());
    let endpoint = if !place.hostaddr.is_empty() {
        Endpoint::Address {
            address: text(place.hostaddr)?,
            name: (!place.host.is_empty()).then(|| Foreign::from_bytes(place.host)),
        }
    } else if place.host.is_empty() {
        Endpoint::Socket(default_socket(port))
    } else if host_list::is_socket(place.host) {
        Endpoint::Socket(path_of(place.host))
    } else if let Some(address) = text(place.host) {
        Endpoint::Address { address, name: None }
    } else {
        Endpoint::Name(Foreign::from_bytes(place.host))
    };
    Some(Host {
        endpoint,
        port,
        password: None,
    })
}

/// The first directory that holds a socket for the port; which one libpq tries is compiled in.
fn default_socket(port: u16) -> PathBuf {
    let holds = |directory: &&&str| Path::new(directory).join(format!(".s.PGSQL.{port}")).exists();
    PathBuf::from(SOCKET_DIRECTORIES.iter().find(holds).unwrap_or(&SOCKET_DIRECTORIES[0]))
}

/// What the ssl* parameters say.
#[must_use]
pub fn tls(merged: &Merged, environment: &Environment) -> TlsSettings {
    let directory = environment.home().map(|home| home.join(".postgresql"));
    let text = |keyword| merged.filled(keyword).map(|value| String::from_utf8_lossy(value).into_owned());
    let mode = merged.get("sslmode").unwrap_or(b"prefer");
    let default_file = |name: &str| {
        directory
            .as_ref()
            .map(|directory| directory.join(name))
            .filter(|path| path.exists())
    };
    let client_cert = merged.filled("sslcert").map(path_of).or_else(|| default_file("postgresql.crt"));
    let client_cert = client_cert.filter(|_| merged.get("sslcertmode") != Some(b"disable"));
    let client_key = merged.filled("sslkey").map(path_of).or_else(|| default_file("postgresql.key"));
    let (crl_file, crl_directory) = (merged.filled("sslcrl").map(path_of), merged.filled("sslcrldir").map(path_of));
    TlsSettings {
        mode: SslMode::ALL
            .into_iter()
            .find(|known| known.name().as_bytes() == mode)
            .unwrap_or(SslMode::Prefer),
        negotiation: match merged.get("sslnegotiation") {
            Some(b"direct") => Negotiation::Direct,
            _ => Negotiation::Postgres,
        },
        root_cert: match merged.filled("sslrootcert") {
            Some(b"system") => RootCert::System,
            Some(path) => RootCert::Named(path_of(path)),
            None => RootCert::Default(directory.as_ref().map(|directory| directory.join("root.crt"))),
        },
        revocations: Revocations {
            file: crl_file.or_else(|| default_file("root.crl").filter(|_| crl_directory.is_none())),
            directory: crl_directory,
        },
        client_key: client_key.filter(|_| client_cert.is_some()),
        client_cert,
        client_key_password: merged.filled("sslpassword").map(Secret::new),
        sni: merged.get("sslsni").is_none_or(|value| value.starts_with(b"1")),
        min_protocol: text("ssl_min_protocol_version"),
        max_protocol: text("ssl_max_protocol_version"),
        requires_client_cert: merged.get("sslcertmode") == Some(b"require"),
        gss: (merged.get("gssencmode") == Some(b"require")).then(|| RequiredGss {
            sign_of_credentials: kerberos::sign_of_credentials(environment, Path::new("/")),
        }),
    }
}

/// libpq's `channel_binding`.
#[must_use]
pub fn channel_binding(merged: &Merged) -> ChannelBinding {
    match merged.get("channel_binding") {
        Some(b"disable") => ChannelBinding::Disable,
        Some(b"require") => ChannelBinding::Require,
        _ => ChannelBinding::Prefer,
    }
}

/// libpq's `target_session_attrs`.
#[must_use]
pub fn session_attrs(merged: &Merged) -> SessionAttrs {
    let value = merged.get("target_session_attrs").unwrap_or_default();
    let known = SessionAttrs::ALL.into_iter().find(|known| known.name().as_bytes() == value);
    known.unwrap_or(SessionAttrs::Any)
}

/// libpq's `load_balance_hosts`.
#[must_use]
pub fn balances_hosts(merged: &Merged) -> bool {
    merged.get("load_balance_hosts") == Some(b"random")
}

/// libpq's `require_auth`.
#[must_use]
pub fn require_auth(merged: &Merged) -> Option<RequireAuth> {
    let list = merged.filled("require_auth")?;
    Some(RequireAuth::parse(&String::from_utf8_lossy(list)))
}

/// `connect_timeout`; zero and less mean none.
#[must_use]
pub fn connect_timeout(merged: &Merged) -> Option<Duration> {
    let seconds = validate::integer(merged.filled("connect_timeout")?)?;
    u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs)
}
