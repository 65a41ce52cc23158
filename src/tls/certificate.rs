//! What a certificate says.

use std::net::IpAddr;

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::nid::Nid;
use openssl::x509::{X509NameRef, X509Ref};

use crate::foreign::Foreign;

/// The parts of a certificate that decide whether it fits.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub subject: Foreign,
    pub issuer: Foreign,
    common_name: Option<Foreign>,
    dns_names: Vec<Foreign>,
    addresses: Vec<IpAddr>,
    pub not_before: String,
    pub not_after: String,
    /// Whole days until it expires; negative once it has.
    pub days_left: i64,
    pub self_signed: bool,
}

impl Certificate {
    /// Reads the certificate.
    #[must_use]
    pub fn read(certificate: &X509Ref) -> Self {
        let alternatives = certificate.subject_alt_names();
        let alternatives = || alternatives.iter().flatten();
        Self {
            subject: name_text(certificate.subject_name()),
            issuer: name_text(certificate.issuer_name()),
            common_name: entry(certificate.subject_name(), Nid::COMMONNAME),
            dns_names: alternatives().filter_map(|name| name.dnsname()).map(Foreign::from).collect(),
            addresses: alternatives().filter_map(|name| address(name.ipaddress()?)).collect(),
            not_before: certificate.not_before().to_string(),
            not_after: certificate.not_after().to_string(),
            days_left: days_until(certificate.not_after()),
            self_signed: certificate
                .issuer_name()
                .try_cmp(certificate.subject_name())
                .is_ok_and(std::cmp::Ordering::is_eq),
        }
    }

    /// Every name that libpq would compare the host with.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let alternatives = self
            .dns_names
            .iter()
            .map(ToString::to_string)
            .chain(self.addresses.iter().map(ToString::to_string));
        let mut names: Vec<String> = alternatives.collect();
        if self.dns_names.is_empty() {
            names.extend(self.common_name.iter().map(ToString::to_string));
        }
        names.dedup();
        names
    }

    /// Whether the certificate is made out to `host`, by libpq's rule (fe-secure-common.c): a wildcard stands for the whole leftmost
    /// label; an address is compared with the address entries; the common name counts only where there is no entry of the host's type.
    #[must_use]
    pub fn fits(&self, host: &str) -> bool {
        let address: Option<IpAddr> = host.parse().ok();
        let by_address = address.is_some_and(|address| self.addresses.contains(&address));
        let by_name = self.dns_names.iter().any(|name| name_fits(name.raw(), host));
        let common_name_counts = match address {
            Some(_) => self.addresses.is_empty() && self.dns_names.is_empty(),
            None => self.dns_names.is_empty(),
        };
        by_address || by_name || common_name_counts && self.common_name.as_ref().is_some_and(|name| name_fits(name.raw(), host))
    }
}

fn name_fits(pattern: &str, host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    match (pattern.strip_prefix("*."), host.split_once('.')) {
        (Some(parent), Some((label, host_parent))) => !label.is_empty() && parent.eq_ignore_ascii_case(host_parent),
        _ => false,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

fn days_until(time: &Asn1TimeRef) -> i64 {
    let until = Asn1Time::days_from_now(0).and_then(|now| now.diff(time));
    until.map_or(0, |diff| {
        let days = i64::from(diff.days);
        // A negative rest means that the day has begun to count down already.
        if diff.secs < 0 { days - 1 } else { days }
    })
}

fn entry(name: &X509NameRef, nid: Nid) -> Option<Foreign> {
    let entry = name.entries_by_nid(nid).next()?;
    Some(Foreign::from_bytes(entry.data().as_slice()))
}

/// `CN=db.example.com, O=Example`
fn name_text(name: &X509NameRef) -> Foreign {
    let entries = name.entries().map(|entry| {
        let key = entry.object().nid().short_name().unwrap_or("?");
        format!("{key}={}", String::from_utf8_lossy(entry.data().as_slice()))
    });
    Foreign::new(entries.collect::<Vec<_>>().join(", "))
}
