//! `dns/resolver-unreachable`

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Dns,
    slug: "resolver-unreachable",
    severity: Severity::Fail,
    title: "no configured name server can be reached",
};

/// The name, with what was tried.
#[must_use]
pub fn finding(name: &str, seen: Vec<String>) -> Finding {
    let mut finding = KIND
        .found(format!("no configured name server can be reached to resolve host name \"{name}\""))
        .detail("The questions could not be delivered; whether the name exists is not known. No connection was tried.");
    finding.evidence = seen;
    finding.remedy(Remedy::new(
        "start the local resolver, or name one that can be reached",
        [
            Step::new(Place::AppHost, "see which name servers this host asks").run("cat /etc/resolv.conf"),
            Step::new(Place::AppHost, "see whether a local resolver is running").run("systemctl status systemd-resolved --no-pager"),
        ],
    ))
}
