//! What the host names resolve to.

use super::{Section, Step};
use crate::finding::dns::{hosts_override, name_not_found, no_address, resolver_unreachable, server_failure, timeout};
use crate::layer::Layer;
use crate::quote;
use crate::target::{Endpoint, Target};

pub fn section(target: &Target) -> Section {
    let mut names: Vec<&str> = Vec::new();
    for host in &target.hosts {
        match &host.endpoint {
            Endpoint::Name(name) if !names.contains(&name.raw()) => names.push(name.raw()),
            Endpoint::Name(_) | Endpoint::Address { .. } | Endpoint::Socket(_) => {}
        }
    }
    if names.is_empty() {
        return Section::skipped(Layer::Dns, "no host name to resolve: the settings have an address or a Unix socket");
    }
    Section::layer(Layer::Dns, names.iter().flat_map(|name| of_name(name)).collect())
}

fn of_name(name: &str) -> [Step; 3] {
    let quoted = quote::shell(name);
    let system = Step::new(
        "getent",
        "What this system makes of the name: /etc/hosts, the name servers, and what else /etc/nsswitch.conf lists.",
        format!("getent ahosts {quoted}"),
    )
    .good("the database's addresses, and no others")
    .shows("nothing at all, exit code 2", &name_not_found::KIND);
    let servers = Step::new(
        "dig",
        "What the name servers say, by themselves.",
        format!("dig +search +time=2 +tries=1 +noall +comments +answer {quoted} A {quoted} AAAA"),
    )
    .good("status: NOERROR, and lines with the same addresses as above; nothing for a name of /etc/hosts alone")
    .says("status: NXDOMAIN", &name_not_found::KIND)
    .shows("status: NOERROR, and no line with an address for A or AAAA", &no_address::KIND)
    .says("status: SERVFAIL", &server_failure::KIND)
    .says("timed out", &timeout::KIND)
    .says("no servers could be reached", &resolver_unreachable::KIND);
    let hosts = Step::new("grep", "Whether /etc/hosts decides.", format!("grep -nwF -e {quoted} /etc/hosts"))
        .good("nothing, exit code 1")
        .shows("a line with another address than the name servers have", &hosts_override::KIND);
    [system, servers, hosts]
}
