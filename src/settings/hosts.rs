//! Hosts that look like something else.

use crate::conninfo::host_list;
use crate::conninfo::mask::mask_dsn;
use crate::foreign::Foreign;

/// A host that looks like something else, with why, and what to do.
#[must_use]
pub fn impossible_host(hosts: &[u8]) -> Option<(Foreign, &'static str, &'static str)> {
    hosts.split(|byte| *byte == b',').find_map(|host| {
        if host_list::is_socket(host) {
            return None;
        }
        let text = std::str::from_utf8(host).ok()?;
        let address = text.split('%').next().unwrap_or(text);
        let shown = || Foreign::new(mask_dsn(text));
        if text.contains("://") {
            Some((
                shown(),
                "A whole URL stands there",
                "write the host's name alone; or give the URL as DATABASE_URL",
            ))
        } else if text.starts_with('[') {
            Some((
                shown(),
                "Brackets belong to IPv6 addresses in URLs only",
                "write the address without brackets",
            ))
        } else if text.contains(':') && address.parse::<std::net::Ipv6Addr>().is_err() {
            Some((
                shown(),
                "A host name has no colon",
                "write the host alone, and the port in the setting for ports",
            ))
        } else {
            None
        }
    })
}
