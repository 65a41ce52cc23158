//! `tcp/partly-reachable`

use std::net::SocketAddr;

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "partly-reachable",
    severity: Severity::Warn,
    title: "some of the host's addresses do not accept",
};

/// Addresses that accept, and others that do not.
#[must_use]
pub fn finding(accepted: &[&Address], failed: &[&Address], lines: Vec<String>) -> Finding {
    let used = accepted[0];
    let title = match split_by_family(accepted, failed) {
        Some((open, closed)) => format!("the host's {closed} addresses do not accept, its {open} addresses do"),
        None => format!("{} of {} addresses do not accept", failed.len(), accepted.len() + failed.len()),
    };
    let mut finding = KIND.found(title).detail(format!(
        "The chain goes on with {used}. A driver tries the addresses in turn, and without a connect_timeout one that stays silent costs \
             about two minutes before the next is tried."
    ));
    finding.evidence = lines;
    if let Some((open, closed)) = split_by_family(accepted, failed) {
        finding = finding
            .candidate(
                format!("the server listens on {open} alone"),
                format!("SHOW listen_addresses; '*' is both families, 0.0.0.0 is IPv4 alone, :: is IPv6 alone, localhost is what that name has; {closed} is missing"),
            )
            .candidate(format!("a firewall lets {open} through and not {closed}"), "the server listens on both");
    }
    finding.remedy(Remedy::new(
        "make every address of the name accept, or take the dead ones out of DNS",
        [Step::sql("postgres", "see where the server listens", "SHOW listen_addresses;")],
    ))
}

/// The family that accepts and the family that does not, where that is what parts them.
fn split_by_family(accepted: &[&Address], failed: &[&Address]) -> Option<(&'static str, &'static str)> {
    let all = |addresses: &[&Address], of: fn(&SocketAddr) -> bool| {
        addresses
            .iter()
            .all(|address| matches!(address, Address::Tcp(address) if of(address)))
    };
    if all(accepted, SocketAddr::is_ipv4) && all(failed, SocketAddr::is_ipv6) {
        return Some(("IPv4", "IPv6"));
    }
    (all(accepted, SocketAddr::is_ipv6) && all(failed, SocketAddr::is_ipv4)).then_some(("IPv6", "IPv4"))
}
