//! `dns/hosts-override`

use std::net::IpAddr;

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::list;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Dns,
    slug: "hosts-override",
    severity: Severity::Warn,
    title: "the hosts file overrides what DNS says",
};

/// The name, with the file's addresses and those of DNS.
#[must_use]
pub fn finding(name: &str, in_file: &[IpAddr], in_dns: &[IpAddr], server: IpAddr) -> Finding {
    KIND.found(format!("/etc/hosts sends \"{name}\" to {}, DNS to {}", list(in_file), list(in_dns)))
        .detail("The file wins for every program on this host. If the database has moved, the application still goes to the old address.")
        .evidence(format!("/etc/hosts: {}", list(in_file)))
        .evidence(format!("name server {server}: {}", list(in_dns)))
        .remedy(Remedy::new(
            "remove the entry from /etc/hosts unless it is meant",
            [Step::new(Place::AppHost, "find the entry").run(format!("grep -nF -- {} /etc/hosts", quote::shell(name)))],
        ))
}
