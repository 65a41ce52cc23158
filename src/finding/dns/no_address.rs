//! `dns/no-address`

use crate::explain::logged::Text;
use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Dns,
    slug: "no-address",
    severity: Severity::Fail,
    title: "the host name exists, but has no address",
    explanation: Explanation {
        meaning: "DNS knows the name, yet has neither an IPv4 nor an IPv6 address for it: only records of other types, or only names below \
            it.",
        tell: "NXDOMAIN would be dns/name-not-found. Here the answer was NOERROR without an A or AAAA record.",
        causes: &[
            "The A or AAAA record was removed, or has not been made yet.",
            "The name is that of a zone or of an SRV record, not of a host.",
            "A CNAME points to a name without an address.",
        ],
        fixes: &[
            "Add the record, or use the name that has one.",
        ],
        mistaken_for: "A misspelt name.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not translate host name \"{host}\" to address: No address associated with hostname"),
    Text::new("failed to resolve host '{host}': [Errno {_}] No address associated with hostname"),
    Text::near_driver("No address associated with hostname"),
    Text::new("error connecting to server <- failed to lookup address information: No address associated with hostname"),
    Text::new("error connecting to server: failed to lookup address information: No address associated with hostname"),
    Text::new("could not translate host name \"{host}\" to address: No address associated with name"),
    Text::new("failed to resolve host '{host}': [Errno {_}] No address associated with name"),
    Text::near_driver("No address associated with name"),
    Text::new("error connecting to server <- failed to lookup address information: No address associated with name"),
    Text::new("error connecting to server: failed to lookup address information: No address associated with name"),
    Text::new("could not translate host name \"{host}\" to address: no address associated with name"),
    Text::new("failed to resolve host '{host}': [Errno {_}] no address associated with name"),
    Text::near_driver("no address associated with name"),
    Text::new("error connecting to server <- failed to lookup address information: no address associated with name"),
    Text::new("error connecting to server: failed to lookup address information: no address associated with name"),
    Text::new("could not translate host name \"{host}\" to address: The requested name is valid, but no data of the requested type was found"),
    Text::new("failed to resolve host '{host}': [Errno {_}] The requested name is valid, but no data of the requested type was found"),
    Text::near_driver("The requested name is valid, but no data of the requested type was found"),
    Text::new("error connecting to server <- failed to lookup address information: The requested name is valid, but no data of the requested type was found"),
    Text::new("error connecting to server: failed to lookup address information: The requested name is valid, but no data of the requested type was found"),
];

/// The name, with what the resolver and the name servers said.
#[must_use]
pub fn finding(name: &str, seen: Vec<String>) -> Finding {
    let mut finding = KIND
        .found(format!("host name \"{name}\" exists, but has no address"))
        .detail("DNS has the name without an A or AAAA record. No connection was tried.");
    finding.evidence = seen;
    finding.remedy(Remedy::new(
        "give the name an address, or use the name that has one",
        [
            Step::new(Place::AppHost, "see which records the name has").run(format!("dig +noall +answer {0} CNAME {0} A {0} AAAA", quote::shell(name))),
            Step::new(Place::Provider, "add the missing A or AAAA record where the zone is kept"),
        ],
    ))
}
