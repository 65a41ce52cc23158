//! `tls/host-mismatch`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing;
use crate::net::socket::Address;
use crate::probe::dns::Route;
use crate::remedy::{Place, Remedy, Step};
use crate::target::Target;
use crate::tls::certificate::Certificate;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Tls,
    slug: "host-mismatch",
    severity: Severity::Fail,
    title: "the certificate is not made out to this host",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::near_driver("certificate verify failed: IP address mismatch"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (IP address mismatch)"),
    Text::new("SSL error: certificate verify failed: IP address mismatch"),
    Text::near_driver("certificate verify failed: Hostname mismatch"),
    Text::near_driver("certificate verify failed:../ssl/statem/statem_clnt.c:1889: (Hostname mismatch)"),
    Text::new("SSL error: certificate verify failed: Hostname mismatch"),
    Text::new("server certificate for \"{value}\" does not match host name \"{host}\""),
    Text::new("server certificate for \"{value}\" (and {_}) does not match host name \"{host}\""),
    Text::new("does not match host name \"{host}\""),
    Text::near_driver("certificate is not valid for '{host}'"),
    Text::near_driver("certificate verify failed:{_}(IP address mismatch)"),
    Text::new("error performing TLS handshake <- {_}(IP address mismatch)"),
    Text::new("error performing TLS handshake: {_}(IP address mismatch)"),
    Text::new("SSL error: certificate verify failed (IP address mismatch)"),
    Text::near_driver("certificate verify failed:{_}(hostname mismatch)"),
    Text::new("error performing TLS handshake <- {_}(hostname mismatch)"),
    Text::new("error performing TLS handshake: {_}(hostname mismatch)"),
    Text::new("SSL error: certificate verify failed (hostname mismatch)"),
    Text::near_driver("certificate verify failed:{_}(Hostname mismatch)"),
    Text::new("error performing TLS handshake <- {_}(Hostname mismatch)"),
    Text::new("error performing TLS handshake: {_}(Hostname mismatch)"),
    Text::new("SSL error: certificate verify failed (Hostname mismatch)"),
    Text::near_driver("x509: cannot validate certificate for {host} because it doesn't contain any IP SANs"),
    Text::near_driver("x509: certificate is valid for {value}, not {host}"),
    Text::near_driver("x509: certificate relies on legacy Common Name field"),
    Text::near_driver("x509: certificate is not valid for any names, but wanted to match {host}"),
    Text::near_driver("Hostname/IP does not match certificate's altnames"),
    Text::new("Error opening a TLS connection: Hostname/IP does not match certificate"),
    Text::new("error performing TLS handshake: {_}certificate verify failed:{_}:: IP address mismatch"),
    Text::near_driver("certificate verify failed:{_}:: IP address mismatch"),
    Text::new("error performing TLS handshake: {_}certificate verify failed:{_}:: hostname mismatch"),
    Text::near_driver("certificate verify failed:{_}:: hostname mismatch"),
];

/// The name that was wanted, with those that the certificate has.
#[must_use]
pub fn finding(target: &Target, route: &Route, name: &str, certificate: &Certificate) -> Finding {
    let names = certificate.names();
    let listed = if names.is_empty() {
        "no host at all".to_owned()
    } else {
        listing::quoted_list(&names)
    };
    let wanted = crate::foreign::Foreign::new(name);
    // What goes into the settings is a host's name and nothing else, whatever the certificate has.
    let is_host = |name: &&String| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) && name.parse::<std::net::IpAddr>().is_err()
    };
    let run = match (&route.address, names.iter().find(is_host)) {
        (Address::Tcp(address), Some(name)) => Some(format!("host={name} hostaddr={}", address.ip())),
        _ => None,
    };
    let mut step = Step::new(
        Place::AppConfig,
        "name the host as the certificate does; hostaddr keeps the address where that name does not resolve",
    );
    step.run = run;
    KIND.found(format!(
        "the certificate of {} is for {listed}, not for \"{wanted}\"",
        route.address
    ))
    .detail(format!(
        "sslmode={} compares the host of the settings with the names in the certificate. The login was not tried.",
        target.tls.mode.name()
    ))
    .evidence(format!("certificate subject \"{}\", names: {listed}", certificate.subject))
    .remedy(Remedy::new(
        "use a host name that the certificate has, or have one made for the name in use",
        [step],
    ))
}
