//! Whether something accepts a connection.

use super::connection::host_name;
use super::{PATIENCE, Section, Step};
use crate::finding::tcp::{refused, socket_denied, socket_missing, socket_refused, timeout, unreachable};
use crate::layer::Layer;
use crate::quote;
use crate::target::{Endpoint, Host, Target};

pub fn section(target: &Target) -> Section {
    Section::layer(Layer::Tcp, target.hosts.iter().flat_map(of_host).collect())
}

fn of_host(host: &Host) -> Vec<Step> {
    match &host.endpoint {
        Endpoint::Socket(directory) => {
            let path = format!("{}/.s.PGSQL.{}", directory.to_string_lossy(), host.port);
            if path.starts_with('@') {
                abstract_socket(&path)
            } else {
                socket(&path)
            }
        }
        Endpoint::Name(_) | Endpoint::Address { .. } => vec![network(host)],
    }
}

fn network(host: &Host) -> Step {
    let whom = address(host);
    Step::new(
        "nc",
        format!("Whether {host} accepts a connection, within {PATIENCE} s for each address."),
        format!("nc -vz -w {PATIENCE} {} {}", quote::shell(&whom), host.port),
    )
    .good("\"succeeded\"")
    .says("Connection refused", &refused::KIND)
    .says("timed out", &timeout::KIND)
    .says("No route to host", &unreachable::KIND)
    .says("Network is unreachable", &unreachable::KIND)
}

/// What is connected to: the address where the settings have one.
pub fn address(host: &Host) -> String {
    match &host.endpoint {
        Endpoint::Address { address, .. } => address.to_string(),
        Endpoint::Name(_) | Endpoint::Socket(_) => host_name(host),
    }
}

fn socket(path: &str) -> Vec<Step> {
    let path = quote::shell(path);
    vec![
        Step::new("ls", "Whether the socket is there.", format!("ls -l {path}"))
            .good("a line that begins with \"s\"")
            .says("No such file or directory", &socket_missing::KIND)
            .says("Permission denied", &socket_denied::KIND),
        Step::new("nc", "Whether somebody listens at it.", format!("nc -vzU {path}"))
            .good("no error, exit code 0")
            .says("Connection refused", &socket_refused::KIND)
            .says("Permission denied", &socket_denied::KIND),
    ]
}

fn abstract_socket(path: &str) -> Vec<Step> {
    let command = format!("ss -xl | grep -F -e {}", quote::shell(path));
    vec![
        Step::new(
            "ss",
            "Whether somebody listens at the socket, which is in the abstract namespace.",
            command,
        )
        .good("a line with LISTEN")
        .shows("nothing, exit code 1", &socket_refused::KIND),
    ]
}
