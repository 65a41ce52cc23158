//! What the hosts file says of a name (hosts(5)).

use std::net::IpAddr;

use crate::file;

/// Where the system keeps it.
pub const PATH: &str = "/etc/hosts";

/// The addresses that the hosts file gives a name; none where the file cannot be read.
#[must_use]
pub fn addresses(name: &str) -> Vec<IpAddr> {
    addresses_in(&file::of_system(PATH).unwrap_or_default(), name)
}

/// The addresses that `text`, in the form of a hosts file, gives a name.
#[must_use]
pub fn addresses_in(text: &str, name: &str) -> Vec<IpAddr> {
    let name = name.trim_end_matches('.');
    let entries = text.lines().filter_map(|line| {
        let mut words = line.split('#').next()?.split_ascii_whitespace();
        let address: IpAddr = words.next()?.parse().ok()?;
        words
            .any(|alias| alias.trim_end_matches('.').eq_ignore_ascii_case(name))
            .then_some(address)
    });
    entries.collect()
}
