//! What each name server of `/etc/resolv.conf` itself says of a name.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{RData, RecordType};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use crate::foreign::Foreign;

const DNS_PORT: u16 = 53;

/// How long a name server may take before it is asked whether it is there at all.
const PATIENCE: Duration = Duration::from_millis(250);

/// A question for the name servers of the root zone, which every name server can answer (RFC 1035 section 4.1).
const ROOT_QUERY: [u8; 17] = [0x64, 0x62, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1];

/// One name server's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Addresses {
        addresses: Vec<IpAddr>,
        /// The name at the end of the CNAME chain, where there is one.
        canonical_name: Option<Foreign>,
        /// Seconds for which the answer may be kept.
        ttl: u32,
    },
    /// NXDOMAIN.
    NoSuchName,
    /// NOERROR without an address.
    NoAddress,
    /// SERVFAIL, REFUSED and their like.
    Failure(String),
    /// No answer within the time limit.
    Silence,
    /// Nothing listens there, or there is no way to it.
    Unreachable(String),
    /// An answer that is none of these.
    Odd(String),
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Addresses { addresses, .. } => {
                let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                f.write_str(&addresses.join(", "))
            }
            Self::NoSuchName => f.write_str("NXDOMAIN"),
            Self::NoAddress => f.write_str("NOERROR without an address"),
            Self::Failure(code) => f.write_str(code),
            Self::Silence => f.write_str("no answer"),
            Self::Unreachable(why) => write!(f, "unreachable ({why})"),
            Self::Odd(what) => write!(f, "an answer that cannot be used ({what})"),
        }
    }
}

/// A name server, with its answer.
#[derive(Debug, Clone)]
pub struct Answered {
    pub server: IpAddr,
    pub said: Said,
}

/// Asks every configured name server, side by side. Hosts file, nsswitch.conf and caches have no part in it.
///
/// # Errors
///
/// Why the resolver's configuration cannot be used.
pub async fn ask(name: &str, timeout: Duration) -> Result<Vec<Answered>, String> {
    let (config, options) = hickory_resolver::system_conf::read_system_conf().map_err(|error| error.to_string())?;
    let (domain, search, servers) = config.into_parts();
    let mut pending = JoinSet::new();
    for (index, server) in servers.into_iter().enumerate() {
        let config = ResolverConfig::from_parts(domain.clone(), search.clone(), vec![server.clone()]);
        let (name, options) = (name.to_owned(), options.clone());
        pending.spawn(async move { (index, ask_one(&name, server, config, options, timeout).await) });
    }
    let mut answers: Vec<(usize, Answered)> = pending.join_all().await;
    answers.sort_by_key(|(index, _)| *index);
    Ok(answers.into_iter().map(|(_, answered)| answered).collect())
}

async fn ask_one(name: &str, server: NameServerConfig, config: ResolverConfig, mut options: ResolverOpts, timeout: Duration) -> Answered {
    options.timeout = timeout;
    options.attempts = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    let port = server.connections.first().map_or(DNS_PORT, |connection| connection.port);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    *builder.options_mut() = options;
    let said = match builder.build() {
        Ok(resolver) => {
            let both = async { tokio::join!(resolver.lookup(name, RecordType::A), resolver.lookup(name, RecordType::AAAA)) };
            tokio::select! {
                (v4, v6) = both => merge(v4, v6),
                why = turned_away(server.ip, port) => Said::Unreachable(why),
                () = tokio::time::sleep(timeout) => Said::Silence,
            }
        }
        Err(error) => Said::Odd(Foreign::new(error.to_string()).to_string()),
    };
    Answered { server: server.ip, said }
}

/// Waits until the system says that datagrams to the server are turned away; hickory takes that for silence.
async fn turned_away(server: IpAddr, port: u16) -> String {
    let any: IpAddr = if server.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    tokio::time::sleep(PATIENCE).await;
    let refusal = async {
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.connect((server, port)).await?;
        socket.send(&ROOT_QUERY).await?;
        socket.recv(&mut [0; 512]).await
    };
    match refusal.await {
        Err(error) => error.to_string().split(" (os error").next().unwrap_or_default().to_owned(),
        Ok(_) => std::future::pending().await,
    }
}

fn merge(v4: Result<Lookup, NetError>, v6: Result<Lookup, NetError>) -> Said {
    let mut addresses = Vec::new();
    let mut canonical_name = None;
    let mut ttl = u32::MAX;
    for record in [&v4, &v6].into_iter().flatten().flat_map(Lookup::answers) {
        ttl = ttl.min(record.ttl);
        match &record.data {
            RData::A(address) => addresses.push(IpAddr::V4(address.0)),
            RData::AAAA(address) => addresses.push(IpAddr::V6(address.0)),
            RData::CNAME(name) => canonical_name = Some(Foreign::new(name.0.to_utf8().trim_end_matches('.'))),
            _ => {}
        }
    }
    if !addresses.is_empty() {
        return Said::Addresses {
            addresses,
            canonical_name,
            ttl,
        };
    }
    let refusals: Vec<Said> = [v4, v6]
        .into_iter()
        .map(|answer| answer.map_or_else(|error| refusal(&error), |_| Said::NoAddress))
        .collect();
    // A name server that fails for one type and denies the other has not settled that there is no address.
    let settled = |said: &&Said| matches!(said, Said::NoSuchName | Said::NoAddress);
    refusals
        .iter()
        .find(|said| !settled(said))
        .or_else(|| refusals.first())
        .cloned()
        .unwrap_or(Said::NoAddress)
}

fn refusal(error: &NetError) -> Said {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) if none.response_code == ResponseCode::NXDomain => Said::NoSuchName,
        NetError::Dns(DnsError::NoRecordsFound(none)) if none.response_code == ResponseCode::NoError => Said::NoAddress,
        NetError::Dns(DnsError::NoRecordsFound(none)) => Said::Failure(code_name(none.response_code)),
        NetError::Dns(DnsError::ResponseCode(code)) => Said::Failure(code_name(*code)),
        NetError::Timeout => Said::Silence,
        NetError::Io(error) if error.kind() == io::ErrorKind::TimedOut => Said::Silence,
        NetError::Io(error) => Said::Unreachable(error.to_string()),
        NetError::NoConnections => Said::Unreachable("no connection".into()),
        other => Said::Odd(Foreign::new(other.to_string()).to_string()),
    }
}

/// The mnemonic of RFC 1035 and RFC 6895.
fn code_name(code: ResponseCode) -> String {
    match code {
        ResponseCode::ServFail => "SERVFAIL".into(),
        ResponseCode::Refused => "REFUSED".into(),
        ResponseCode::FormErr => "FORMERR".into(),
        ResponseCode::NotImp => "NOTIMP".into(),
        other => Foreign::new(other.to_str()).to_string(),
    }
}
