//! `dns/no-address`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Dns,
    slug: "no-address",
    severity: Severity::Fail,
    title: "the host name exists, but has no address",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not translate host name \"{host}\" to address: No address associated with hostname"),
    Text::new("failed to resolve host '{host}': [Errno {_}] No address associated with hostname"),
    Text::near_driver("No address associated with hostname"),
    Text::new("django.db.utils.OperationalError: [Errno -5] No address associated with hostname"),
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
