//! The lists in `host`, `hostaddr` and `port`, matched to each other as libpq's `pqConnectOptions2` does it.

/// One place to try; what is empty takes libpq's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    pub host: &'a [u8],
    pub hostaddr: &'a [u8],
    pub port: &'a [u8],
}

/// Why the lists do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    Hosts { hosts: usize, addresses: usize },
    Ports { ports: usize, hosts: usize },
}

/// The places that the three lists name, in libpq's order.
///
/// # Errors
///
/// Where libpq refuses the numbers of items.
pub fn places<'a>(host: &'a [u8], hostaddr: &'a [u8], port: &'a [u8]) -> Result<Vec<Place<'a>>, Mismatch> {
    let hosts = items(host);
    let addresses = items(hostaddr);
    let ports = items(port);
    if !addresses.is_empty() && !hosts.is_empty() && hosts.len() != addresses.len() {
        return Err(Mismatch::Hosts {
            hosts: hosts.len(),
            addresses: addresses.len(),
        });
    }
    let count = addresses.len().max(hosts.len()).max(1);
    if ports.len() > 1 && ports.len() != count {
        return Err(Mismatch::Ports {
            ports: ports.len(),
            hosts: count,
        });
    }
    let item = |list: &[&'a [u8]], at: usize| list.get(at).copied().unwrap_or_default();
    Ok((0..count)
        .map(|at| Place {
            host: item(&hosts, at),
            hostaddr: item(&addresses, at),
            port: if ports.len() == 1 { ports[0] } else { item(&ports, at) },
        })
        .collect())
}

fn items(list: &[u8]) -> Vec<&[u8]> {
    if list.is_empty() {
        return Vec::new();
    }
    list.split(|byte| *byte == b',').collect()
}

/// libpq's rule for a directory with the socket, or a name in the abstract namespace.
#[must_use]
pub fn is_socket(host: &[u8]) -> bool {
    matches!(host.first(), Some(b'/' | b'@'))
}
