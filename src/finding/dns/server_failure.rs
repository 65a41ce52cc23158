//! `dns/server-failure`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Dns,
    slug: "server-failure",
    severity: Severity::Fail,
    title: "the name server failed to answer for the host name",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not translate host name \"{host}\" to address: Temporary failure in name resolution"),
    Text::new("failed to resolve host '{host}': [Errno {_}] Temporary failure in name resolution"),
    Text::near_driver("Temporary failure in name resolution"),
    Text::new("django.db.utils.OperationalError: [Errno -3] Temporary failure in name resolution"),
    Text::new("error connecting to server <- failed to lookup address information: Temporary failure in name resolution"),
    Text::new("error connecting to server: failed to lookup address information: Temporary failure in name resolution"),
    Text::new("could not translate host name \"{host}\" to address: Try again"),
    Text::new("could not translate host name \"{host}\" to address: Non-recoverable failure in name resolution"),
    Text::new("failed to resolve host '{host}': [Errno {_}] Non-recoverable failure in name resolution"),
    Text::near_driver("Non-recoverable failure in name resolution"),
    Text::new("error connecting to server <- failed to lookup address information: Non-recoverable failure in name resolution"),
    Text::new("error connecting to server: failed to lookup address information: Non-recoverable failure in name resolution"),
    Text::near_driver("getaddrinfo EAI_AGAIN {host}"),
    Text::near_driver("lookup {host} on {_}: server misbehaving"),
    Text::near_driver("lookup {host}: server misbehaving"),
    Text::near_driver("lookup {host}: Temporary failure in name resolution"),
    Text::near_driver("SocketException (00000001, 11): Resource temporarily unavailable"),
];

/// The name, with what the resolver and the name servers said.
#[must_use]
pub fn finding(name: &str, seen: Vec<String>) -> Finding {
    let mut finding = KIND
        .found(format!("the name server failed to answer for host name \"{name}\""))
        .detail("Whether the name exists is not known: the failure is the name server's. No connection was tried.");
    finding.evidence = seen;
    finding.remedy(Remedy::new(
        "repair the resolver that this host uses",
        [
            Step::new(Place::AppHost, "see which name servers this host asks").run("cat /etc/resolv.conf"),
            Step::new(Place::AppHost, "ask them for the name").run(format!("dig {} A", quote::shell(name))),
        ],
    ))
}
