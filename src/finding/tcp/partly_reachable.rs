//! `tcp/partly-reachable`

use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::remedy::{Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tcp,
    slug: "partly-reachable",
    severity: Severity::Warn,
    title: "some of the host's addresses do not accept",
    explanation: Explanation {
        meaning: "The name has several addresses; at least one accepts, at least one does not. Drivers try them in turn, so connections \
            work, slowly or by luck.",
        tell: "If none accepts, the reason of the refusal is the finding.",
        causes: &[
            "The server listens on IPv4 only while the name resolves to IPv6 first.",
            "One node of several is down.",
            "DNS still has the address of a server that is gone.",
        ],
        fixes: &[
            "Make the server listen on every address that its name has, or remove the dead address from DNS.",
        ],
        mistaken_for: "A slow database: each new connection first waits for the dead address.",
    },
};

/// The address that is used, and what each answered.
#[must_use]
pub fn finding(used: &Address, reached: usize, failed: usize, lines: Vec<String>) -> Finding {
    let mut finding = KIND
        .found(format!("{failed} of the host's {} addresses do not accept", reached + failed))
        .detail(format!(
            "The chain goes on with {used}. A driver tries the addresses in turn, and without a connect_timeout one that stays silent costs \
             about two minutes before the next is tried."
        ));
    finding.evidence = lines;
    finding.remedy(Remedy::new(
        "make every address of the name accept, or take the dead ones out of DNS",
        [Step::sql("postgres", "see where the server listens", "SHOW listen_addresses;")],
    ))
}
