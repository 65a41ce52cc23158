//! Does the host name resolve here, and to what?

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::aside;
use crate::dns::hosts_file;
use crate::dns::name_servers::{self, Answered, Said};
use crate::dns::system::{self, Refusal, Resolved, Unresolved};
use crate::finding::dns::{
    family_mismatch, hosts_override, name_not_found, no_address, resolver_unreachable, server_failure, timeout, unexpected_address,
};
use crate::finding::{Finding, Severity};
use crate::listing;
use crate::net::socket::Address;
use crate::own_limits;
use crate::target::{Endpoint, Host, Target};
use crate::verdict::{Breakage, Notes, Probed};

/// One address to try for one host of the settings.
#[derive(Debug, Clone)]
pub struct Route {
    pub host: Host,
    pub address: Address,
}

/// Every address of every host, in the order in which libpq tries them; never empty.
#[derive(Debug)]
pub struct Addresses {
    pub routes: Vec<Route>,
}

/// How long to wait for what DNS itself says, once the system's resolver has decided.
const EXPLANATION_GRACE: Duration = Duration::from_millis(100);

/// Resolves every host name of the target.
pub async fn probe(target: &Target, limit: Duration) -> Probed<Addresses> {
    if !target.hosts.iter().any(|host| matches!(host.endpoint, Endpoint::Name(_))) {
        let reason = if target.hosts.iter().all(|host| matches!(host.endpoint, Endpoint::Socket(_))) {
            "unix socket"
        } else {
            "the host is an address"
        };
        return Probed::NotApplicable(literal_routes(target), reason.into());
    }
    let mut lookups = lookup_all(target, limit).await;
    if let Some(breakage) = lookups.iter_mut().flatten().find_map(|lookup| lookup.own_limit.take()) {
        return Probed::Broke(breakage);
    }
    let mut notes = Notes::default();
    let mut routes = Vec::new();
    let mut failures = Vec::new();
    for (host, lookup) in target.hosts.iter().zip(lookups) {
        match lookup {
            None => routes.extend(literal_route(host)),
            Some(Lookup {
                outcome: Ok(resolved),
                dns,
                ..
            }) => {
                describe(&mut notes, host, &resolved.addresses, dns.as_deref());
                look_for_surprises(&mut notes, host, &resolved);
                routes.extend(resolved.addresses.iter().map(|address| Route {
                    host: host.clone(),
                    address: Address::Tcp(SocketAddr::new(*address, host.port)),
                }));
            }
            Some(Lookup {
                outcome: Err(failure),
                dns,
                ..
            }) => failures.push(explain(host, &failure, dns, limit)),
        }
    }
    if !failures.is_empty() && routes.is_empty() {
        notes.summary.clone_from(&failures[0].title);
        notes.findings.append(&mut failures);
        return Probed::Broken(notes);
    }
    // libpq goes on to the next host when one does not resolve.
    notes
        .findings
        .extend(failures.into_iter().map(|finding| finding.severity(Severity::Warn)));
    notes.summary = summary(&routes);
    match family_mismatch(&routes) {
        Some(finding) => Probed::broken_by(finding, notes),
        None => Probed::Sound(Addresses { routes }, notes),
    }
}

/// Why a name has no address, as far as the system's resolver tells.
#[derive(Debug)]
enum Failure {
    Refused(Unresolved),
    /// It did not decide within the time limit.
    Undecided,
}

#[derive(Debug)]
struct Lookup {
    outcome: Result<Resolved, Failure>,
    /// What the name servers say themselves, where they said it in time.
    dns: Option<Vec<Answered>>,
    /// Why the resolver could not ask, whatever it said.
    own_limit: Option<Breakage>,
}

/// One entry per host, in order; `None` for those that need no resolving.
async fn lookup_all(target: &Target, limit: Duration) -> Vec<Option<Lookup>> {
    let mut pending = JoinSet::new();
    let mut lookups: Vec<Option<Lookup>> = Vec::new();
    for (index, host) in target.hosts.iter().enumerate() {
        lookups.push(None);
        if let Endpoint::Name(name) = &host.endpoint {
            let name = name.raw().to_owned();
            pending.spawn(async move { (index, lookup(name, limit).await) });
        }
    }
    for (index, found) in pending.join_all().await {
        lookups[index] = Some(found);
    }
    lookups
}

async fn lookup(name: String, limit: Duration) -> Lookup {
    let began = Instant::now();
    let decided_by_file = !hosts_file::addresses(&name).is_empty();
    let is_local = name.eq_ignore_ascii_case("localhost");
    let dns_name = name.clone();
    let dns = tokio::spawn(async move {
        if is_local {
            Ok(Vec::new())
        } else {
            name_servers::ask(&dns_name, limit).await
        }
    });
    let system = aside::spawn(move || system::resolve(&name));
    let outcome = match tokio::time::timeout(limit, system).await {
        Ok(Ok(Ok(resolved))) => Ok(resolved),
        Ok(Ok(Err(unresolved))) => Err(Failure::Refused(unresolved)),
        Ok(Err(_)) | Err(_) => Err(Failure::Undecided),
    };
    let own_limit = outcome.as_ref().err().and_then(|_| own_limits::lookup().err());
    let grace = match &outcome {
        Ok(_) if decided_by_file => EXPLANATION_GRACE,
        Ok(_) => EXPLANATION_GRACE.max(began.elapsed()),
        Err(_) => limit.saturating_sub(began.elapsed()) + EXPLANATION_GRACE,
    };
    let dns = match tokio::time::timeout(grace, dns).await {
        Ok(Ok(Ok(answers))) => Some(answers),
        Ok(_) | Err(_) => None,
    };
    Lookup { outcome, dns, own_limit }
}

fn literal_routes(target: &Target) -> Addresses {
    Addresses {
        routes: target.hosts.iter().filter_map(literal_route).collect(),
    }
}

fn literal_route(host: &Host) -> Option<Route> {
    let address = match &host.endpoint {
        Endpoint::Name(_) => return None,
        Endpoint::Address { address, .. } => Address::Tcp(SocketAddr::new(*address, host.port)),
        Endpoint::Socket(directory) => Address::Unix(socket_path(directory, host.port)),
    };
    Some(Route {
        host: host.clone(),
        address,
    })
}

/// The port is part of the file's name.
fn socket_path(directory: &Path, port: u16) -> PathBuf {
    let mut path = directory.as_os_str().to_owned();
    path.push(format!("/.s.PGSQL.{port}"));
    path.into()
}

fn summary(routes: &[Route]) -> String {
    let addresses: Vec<String> = routes.iter().map(|route| route.address.place()).collect();
    let mut hosts: Vec<String> = routes.iter().map(|route| route.host.name()).collect();
    hosts.dedup();
    format!("{} → {}", listing::list(&hosts), listing::list(&addresses))
}

fn describe(notes: &mut Notes, host: &Host, addresses: &[IpAddr], dns: Option<&[Answered]>) {
    notes.fact("addresses", listing::lines(addresses.iter().map(ToString::to_string)));
    let name = host.name();
    let in_file = hosts_file::addresses(&name);
    if !in_file.is_empty() {
        notes.fact("resolved_by", hosts_file::PATH);
    }
    for Answered { server, said } in dns.unwrap_or_default() {
        let Said::Addresses {
            addresses: of_dns,
            canonical_name,
            ttl,
        } = said
        else {
            continue;
        };
        if let Some(canonical_name) = canonical_name {
            notes.fact("canonical_name", canonical_name.to_string());
        }
        notes.fact("ttl_seconds", i64::from(*ttl));
        notes.fact("name_server", server.to_string());
        if !in_file.is_empty() && !addresses.iter().any(|address| of_dns.contains(address)) {
            notes.found(hosts_override::finding(&name, addresses, of_dns, *server));
        }
        break;
    }
}

/// The name leads to this very host, or is not the one that was looked up in the end.
fn look_for_surprises(notes: &mut Notes, host: &Host, resolved: &Resolved) {
    let name = host.name();
    if let Some(address) = resolved.addresses.iter().find(|address| address.is_unspecified()) {
        notes.found(unexpected_address::unspecified(&name, *address));
    }
    let bare = name.trim_end_matches('.');
    let is_loopback = resolved.addresses.iter().all(IpAddr::is_loopback);
    if is_loopback && !host.is_local() {
        notes.fact("loopback", true);
    }
    let Some(answered) = resolved.name.as_ref().map(ToString::to_string) else {
        return;
    };
    let completed = answered.len() > bare.len() + 1
        && answered
            .to_ascii_lowercase()
            .starts_with(&format!("{}.", bare.to_ascii_lowercase()));
    if completed && !name.ends_with('.') {
        notes.fact("looked_up_as", answered.as_str());
        if bare.contains('.') {
            notes.found(unexpected_address::completed(&name, &answered, &resolved.addresses));
        }
    }
}

fn explain(host: &Host, failure: &Failure, dns: Option<Vec<Answered>>, limit: Duration) -> Finding {
    let name = host.name();
    let answers = dns.unwrap_or_default();
    let all = |wanted: fn(&Said) -> bool| !answers.is_empty() && answers.iter().all(|answered| wanted(&answered.said));
    let any = |wanted: fn(&Said) -> bool| answers.iter().any(|answered| wanted(&answered.said));
    let seen = evidence(&name, failure, &answers, limit);
    match failure {
        Failure::Refused(Unresolved {
            refusal: Refusal::NoData, ..
        }) => no_address::finding(&name, seen),
        Failure::Refused(Unresolved {
            refusal: Refusal::NoName, ..
        }) if any(|said| *said == Said::NoAddress) => no_address::finding(&name, seen),
        Failure::Refused(Unresolved {
            refusal: Refusal::NoName, ..
        }) => name_not_found::finding(&name, seen),
        Failure::Refused(_) | Failure::Undecided if any(|said| matches!(said, Said::Failure(_))) => server_failure::finding(&name, seen),
        Failure::Refused(_) | Failure::Undecided if all(|said| matches!(said, Said::Unreachable(_))) => {
            resolver_unreachable::finding(&name, seen)
        }
        Failure::Undecided => timeout::finding(&name, limit, seen),
        Failure::Refused(_) if any(|said| *said == Said::Silence) => timeout::finding(&name, limit, seen),
        Failure::Refused(_) => server_failure::finding(&name, seen),
    }
}

fn evidence(name: &str, failure: &Failure, answers: &[Answered], limit: Duration) -> Vec<String> {
    let system = match failure {
        Failure::Refused(unresolved) => format!("getaddrinfo(\"{name}\"): {}", unresolved.text),
        Failure::Undecided => format!("getaddrinfo(\"{name}\"): no answer within {} s", limit.as_secs_f32()),
    };
    let dns = answers
        .iter()
        .map(|Answered { server, said }| format!("name server {server}: {said}"));
    std::iter::once(system).chain(dns).collect()
}

/// All addresses are of a family that this host has no way out for.
fn family_mismatch(routes: &[Route]) -> Option<Finding> {
    let addresses: Vec<SocketAddr> = routes
        .iter()
        .filter_map(|route| match route.address {
            Address::Tcp(address) => Some(address),
            Address::Unix(_) => None,
        })
        .collect();
    let only_v6 = addresses.len() == routes.len() && addresses.iter().all(SocketAddr::is_ipv6);
    if !only_v6 || addresses.iter().any(has_route) {
        return None;
    }
    Some(family_mismatch::finding(&routes[0].host.name(), &addresses))
}

/// Whether the kernel knows a way to the address. Connecting a UDP socket asks its routing table and sends nothing.
fn has_route(address: &SocketAddr) -> bool {
    let any: IpAddr = if address.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    UdpSocket::bind((any, 0)).and_then(|socket| socket.connect(address)).is_ok()
}
