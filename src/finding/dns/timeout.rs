//! `dns/timeout`

use std::time::Duration;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Dns,
    slug: "timeout",
    severity: Severity::Fail,
    title: "no name server answered in time",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::near_driver("lookup {host} on {_}: read udp {_}: i/o timeout"),
    Text::near_driver("lookup {host}: i/o timeout"),
];

/// The name, with what was tried.
#[must_use]
pub fn finding(name: &str, limit: Duration, seen: Vec<String>) -> Finding {
    let mut finding = KIND
        .found(format!(
            "no name server answered for host name \"{name}\" within {} s",
            limit.as_secs_f32()
        ))
        .detail("Whether the name exists is not known: the question got no answer. No connection was tried.")
        .candidate(
            "a firewall drops the questions on their way",
            "ask a name server elsewhere for the same name: dig @ADDRESS NAME",
        )
        .candidate("the name server is down", "ask it for a name that surely exists");
    finding.evidence = seen;
    finding.remedy(Remedy::new(
        "let this host reach a name server that answers",
        [
            Step::new(Place::AppHost, "see which name servers this host asks").run("cat /etc/resolv.conf"),
            Step::new(Place::AppHost, "ask them for the name").run(format!("dig +time=2 +tries=1 {}", quote::shell(name))),
        ],
    ))
}
