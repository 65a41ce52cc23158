//! The system's resolver, asked as libpq asks it.

use std::net::IpAddr;

use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType, getaddrinfo};

use crate::foreign::Foreign;

/// Why the system's resolver gave no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// `EAI_NONAME`: the name does not exist; some systems also say it of a name without addresses.
    NoName,
    /// `EAI_NODATA`: the name exists, without addresses.
    NoData,
    /// `EAI_AGAIN`: no answer that settles it.
    Again,
    /// `EAI_FAIL`: a name server refused or failed.
    Fail,
    Other,
}

/// The resolver's refusal, with its words.
#[derive(Debug, Clone)]
pub struct Unresolved {
    pub refusal: Refusal,
    pub text: Foreign,
}

/// What the resolver gave.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub addresses: Vec<IpAddr>,
    /// The name that has the addresses: the end of a chain of aliases, or what the search list made of the name.
    pub name: Option<Foreign>,
}

/// `netdb.h` has this value on Linux, macOS and the BSDs.
const AI_CANONNAME: i32 = 2;

/// Resolves a name with `getaddrinfo`, in the order in which libpq would try the addresses. Blocks.
///
/// libpq asks for any address family and a stream socket, with no flag set (fe-connect.c, `PQconnectPoll`); asking for the name that
/// answered changes neither the addresses nor their order.
///
/// # Errors
///
/// The resolver's refusal.
pub fn resolve(name: &str) -> Result<Resolved, Unresolved> {
    let hints = AddrInfoHints {
        socktype: SockType::Stream.into(),
        flags: AI_CANONNAME,
        ..AddrInfoHints::default()
    };
    let entries = getaddrinfo(Some(name), None, Some(hints)).map_err(|error| {
        let refusal = match error.kind() {
            LookupErrorKind::NoName => Refusal::NoName,
            LookupErrorKind::NoData => Refusal::NoData,
            LookupErrorKind::Again => Refusal::Again,
            LookupErrorKind::Fail => Refusal::Fail,
            _ => Refusal::Other,
        };
        let text = std::io::Error::from(error).to_string();
        let text = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
        Unresolved {
            refusal,
            text: text.into(),
        }
    })?;
    let mut resolved = Resolved {
        addresses: Vec::new(),
        name: None,
    };
    for entry in entries.flatten() {
        let address = entry.sockaddr.ip();
        if !resolved.addresses.contains(&address) {
            resolved.addresses.push(address);
        }
        resolved.name = resolved.name.or(entry.canonname.map(Foreign::from));
    }
    Ok(resolved)
}
