//! `dns/name-not-found`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Dns,
    slug: "name-not-found",
    severity: Severity::Fail,
    title: "the host name is not found",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("could not translate host name \"{host}\" to address: Name or service not known"),
    Text::new("failed to resolve host '{host}': [Errno {_}] Name or service not known"),
    Text::near_driver("Name or service not known"),
    Text::new("django.db.utils.OperationalError: [Errno -2] Name or service not known"),
    Text::new("error connecting to server <- failed to lookup address information: Name or service not known"),
    Text::new("error connecting to server: failed to lookup address information: Name or service not known"),
    Text::new("could not translate host name \"{host}\" to address: Name does not resolve"),
    Text::new("failed to resolve host '{host}': [Errno {_}] Name does not resolve"),
    Text::near_driver("Name does not resolve"),
    Text::new("error connecting to server <- failed to lookup address information: Name does not resolve"),
    Text::new("error connecting to server: failed to lookup address information: Name does not resolve"),
    Text::new("could not translate host name \"{host}\" to address: nodename nor servname provided, or not known"),
    Text::new("failed to resolve host '{host}': [Errno {_}] nodename nor servname provided, or not known"),
    Text::near_driver("nodename nor servname provided, or not known"),
    Text::new("error connecting to server <- failed to lookup address information: nodename nor servname provided, or not known"),
    Text::new("error connecting to server: failed to lookup address information: nodename nor servname provided, or not known"),
    Text::new("could not translate host name \"{host}\" to address: No such host is known"),
    Text::new("failed to resolve host '{host}': [Errno {_}] No such host is known"),
    Text::near_driver("No such host is known"),
    Text::new("error connecting to server <- failed to lookup address information: No such host is known"),
    Text::new("error connecting to server: failed to lookup address information: No such host is known"),
    Text::new("could not translate host name \"{host}\" to address: Unknown host"),
    Text::new("could not translate host name \"{host}\" to address: Unknown server error"),
    Text::new("could not translate host name \"{host}\" to address: Host not found"),
    Text::new("failed to resolve host '{host}': [Errno {_}] Host not found"),
    Text::near_driver("Host not found"),
    Text::new("error connecting to server <- failed to lookup address information: Host not found"),
    Text::new("error connecting to server: failed to lookup address information: Host not found"),
    Text::new("could not translate host name \"{host}\" to address"),
    Text::new("failed to resolve host '{host}'"),
    Text::new("error connecting to server <- failed to lookup address information"),
    Text::new("error connecting to server: failed to lookup address information"),
    Text::near_driver("getaddrinfo failed"),
    Text::near_driver("tcp connect ({host}:{port}): non-existing domain"),
    Text::new("closing because: server dns lookup failed"),
    Text::new("closing because: server DNS lookup failed"),
    Text::new("hostname resolving error (lookup {host}: no such host"),
    Text::new("hostname resolving error: lookup {host}: no such host"),
    Text::near_driver("lookup {host} on {_}: no such host"),
    Text::near_driver("lookup {host}: no such host"),
    Text::near_driver("getaddrinfo ENOTFOUND {host}"),
    Text::near_driver("UnknownHostException: {host}"),
    Text::near_driver("tcp connect: non-existing domain"),
    Text::near_driver("tcp connect: nxdomain"),
];

/// The name, with what the resolver and the name servers said.
#[must_use]
pub fn finding(name: &str, seen: Vec<String>) -> Finding {
    let mut finding = KIND
        .found(format!("host name \"{name}\" does not exist"))
        .detail("The resolver settled it: there is no such name. No connection was tried.")
        .candidate(
            "the name is misspelt, or its server was deleted or renamed",
            "compare it, letter by letter, with the provider's console",
        );
    if name.contains('.') {
        finding = finding.candidate(
            "the name belongs to a private zone that this network's resolver does not serve",
            "resolve it on a host inside that network",
        );
    } else {
        finding = finding.candidate(
            "it is a service name of docker compose or Kubernetes, used outside that network",
            "run the doctor in a container of the same network, or use the published host and port",
        );
    }
    finding.evidence = seen;
    finding.remedy(Remedy::new(
        "use a host name that resolves on this host",
        [
            Step::new(Place::AppHost, "see what this host makes of the name").run(format!("getent ahosts {}", quote::shell(name))),
            Step::new(
                Place::AppConfig,
                "put the server's right host name into the settings that the application reads",
            ),
        ],
    ))
}
