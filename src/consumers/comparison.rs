//! Whether two readings lead to the same place, with the same login.

use std::fmt;

use super::reading::{Place, Reading};
use crate::secret::Secret;

/// A part of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    User,
    Password,
    Host,
    Port,
    Database,
}

impl Part {
    /// Its name in running text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Password => "password",
            Self::Host => "host",
            Self::Port => "port",
            Self::Database => "database",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The parts in which two readings differ. The case of a host's name makes no difference, nor does a default that is written out.
#[must_use]
pub fn differences(left: &Reading, right: &Reading) -> Vec<Part> {
    let hosts = |reading: &Reading| reading.places.iter().map(host).collect::<Vec<_>>();
    let ports = |reading: &Reading| reading.places.iter().map(port).collect::<Vec<_>>();
    let differs = [
        (Part::User, left.user != right.user),
        (Part::Password, left.password != right.password),
        (Part::Host, hosts(left) != hosts(right)),
        (Part::Port, ports(left) != ports(right)),
        (Part::Database, left.database != right.database),
    ];
    differs.into_iter().filter_map(|(part, differs)| differs.then_some(part)).collect()
}

fn host(place: &Place) -> Option<Vec<u8>> {
    let host = place.host.as_ref()?.reveal();
    Some(if host.starts_with(b"/") {
        host.to_vec()
    } else {
        host.to_ascii_lowercase()
    })
}

fn port(place: &Place) -> Option<String> {
    let port = place.port.as_ref().and_then(Secret::reveal_str)?.trim();
    let number = port.trim_start_matches('+').trim_start_matches('0');
    (number != "5432").then(|| number.to_owned())
}
