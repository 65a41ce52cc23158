//! What the server answers to an `SSLRequest`, and whose certificate it shows.

use std::net::IpAddr;
use std::path::Path;

use super::connection::lowest_protocol;
use super::tcp::address;
use super::{PATIENCE, Section, Step};
use crate::finding::tls::{
    ca_unknown, certificate_expired, certificate_expiring, certificate_not_yet_valid, client_certificate_required, host_mismatch,
    not_supported_by_server, protocol_mismatch,
};
use crate::layer::Layer;
use crate::quote;
use crate::target::{Endpoint, Host, Negotiation, RootCert, SslMode, Target};

pub fn section(target: &Target) -> Section {
    if target.tls.mode == SslMode::Disable {
        return Section::skipped(Layer::Tls, "sslmode=disable: the application asks for no TLS");
    }
    let hosts = target.hosts.iter().filter(|host| !matches!(host.endpoint, Endpoint::Socket(_)));
    let steps: Vec<Step> = hosts
        .flat_map(|host| [handshake(target, host), certificate(target, host)])
        .collect();
    if steps.is_empty() {
        return Section::skipped(Layer::Tls, "unix socket");
    }
    Section::layer(Layer::Tls, steps)
}

fn handshake(target: &Target, host: &Host) -> Step {
    let mut words = reach(target, host);
    words.extend(checks(target, host));
    let run = format!("timeout {} {} -brief </dev/null", 2 * PATIENCE, words.join(" "));
    let verifies = words.iter().any(|word| word == "-verify_return_error");
    let good = if verifies {
        "\"CONNECTION ESTABLISHED\" and \"Verification: OK\""
    } else {
        "\"CONNECTION ESTABLISHED\"; sslmode does not ask for more, so \"Verification error\" stops nothing"
    };
    let mut step = Step::new(
        "openssl",
        format!(
            "Whether {host} speaks TLS, and shows a certificate that sslmode={} takes.",
            target.tls.mode.name()
        ),
        run,
    )
    .good(good);
    if target.tls.mode >= SslMode::Require {
        step = step.shows("neither that nor an error", &not_supported_by_server::KIND);
    }
    if verifies {
        step = step
            .says("unable to get local issuer certificate", &ca_unknown::KIND)
            .says("self-signed certificate", &ca_unknown::KIND)
            .says("certificate has expired", &certificate_expired::KIND)
            .says("certificate is not yet valid", &certificate_not_yet_valid::KIND);
    }
    if target.tls.mode == SslMode::VerifyFull {
        step = step
            .says("hostname mismatch", &host_mismatch::KIND)
            .says("IP address mismatch", &host_mismatch::KIND);
    }
    step.says("certificate required", &client_certificate_required::KIND)
        .says("protocol version", &protocol_mismatch::KIND)
}

fn certificate(target: &Target, host: &Host) -> Step {
    let run = format!(
        "timeout {} {} </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName",
        2 * PATIENCE,
        reach(target, host).join(" ")
    );
    Step::new(
        "openssl",
        "The certificate: whose it is, who issued it, until when, for which names.",
        run,
    )
    .good("notAfter is weeks away, and the names are those of the settings")
    .shows("notAfter is in the next days", &certificate_expiring::KIND)
    .shows("notAfter is over", &certificate_expired::KIND)
    .shows("the host of the settings is none of the names", &host_mismatch::KIND)
}

/// The handshake itself, without any check.
fn reach(target: &Target, host: &Host) -> Vec<String> {
    let tls = &target.tls;
    let whom = address(host);
    let whom = if whom.contains(':') { format!("[{whom}]") } else { whom };
    let mut words = ["openssl", "s_client"].map(str::to_owned).to_vec();
    match tls.negotiation {
        Negotiation::Postgres => words.extend(["-starttls", "postgres"].map(str::to_owned)),
        Negotiation::Direct => words.extend(["-alpn", "postgresql"].map(str::to_owned)),
    }
    words.extend(["-connect".to_owned(), quote::shell(&format!("{whom}:{}", host.port))]);
    match host.certificate_name().filter(|name| tls.sni && name.parse::<IpAddr>().is_err()) {
        Some(name) => words.extend(["-servername".to_owned(), quote::shell(&name)]),
        None => words.push("-noservername".to_owned()),
    }
    let file = |option: &str, path: &Path| [option.to_owned(), quote::shell(&path.to_string_lossy())];
    words.extend(tls.client_cert.iter().flat_map(|path| file("-cert", path)));
    words.extend(tls.client_key.iter().flat_map(|path| file("-key", path)));
    let protocol = |option: &str, version: &str| [option.to_owned(), quote::shell(version)];
    words.extend(
        lowest_protocol(target)
            .into_iter()
            .flat_map(|version| protocol("-min_protocol", version)),
    );
    words.extend(tls.max_protocol.iter().flat_map(|version| protocol("-max_protocol", version)));
    words
}

/// What libpq would look at.
fn checks(target: &Target, host: &Host) -> Vec<String> {
    let tls = &target.tls;
    let root = match &tls.root_cert {
        RootCert::Named(path) | RootCert::Default(Some(path)) => Some(path),
        RootCert::System | RootCert::Default(None) => None,
    };
    // With a file of authorities, libpq checks at sslmode=require too.
    let verifies = tls.mode >= SslMode::VerifyCa || tls.mode == SslMode::Require && root.is_some_and(|path| path.exists());
    if !verifies {
        return Vec::new();
    }
    let mut words = vec!["-verify_return_error".to_owned()];
    if let Some(path) = root {
        words.extend(["-CAfile".to_owned(), quote::shell(&path.to_string_lossy())]);
    }
    if tls.mode == SslMode::VerifyFull
        && let Some(name) = host.certificate_name()
    {
        let option = if name.parse::<IpAddr>().is_ok() {
            "-verify_ip"
        } else {
            "-verify_hostname"
        };
        words.extend([option.to_owned(), quote::shell(&name)]);
    }
    words
}
