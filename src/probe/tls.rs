//! Does the server speak PostgreSQL there, and is TLS what the settings ask for?

use std::time::{Duration, Instant};

use openssl::ssl::SslRef;
use tokio::io::AsyncReadExt as _;

use super::dns::Route;
use super::tcp::Stream;
use crate::finding::tcp::{closed, not_postgres, reset, silent};
use crate::finding::tls::{
    ca_unknown, certificate_expired, certificate_expiring, certificate_not_yet_valid, certificate_revoked, certificate_weak,
    client_certificate_rejected, crl_unusable, gss_unavailable, handshake_failed, host_mismatch, not_supported_by_server, plaintext_remote,
    protocol_mismatch, unverified,
};
use crate::finding::{Finding, Severity};
use crate::listing;
use crate::net::greeting::Speaker;
use crate::net::server_hello::ServerHello;
use crate::net::socket::{Address, Socket};
use crate::net::tap::Tap;
use crate::server::refusal;
use crate::target::{Negotiation, RequiredGss, SslMode, Target};
use crate::tls::certificate::Certificate;
use crate::tls::certificate_request;
use crate::tls::connector::{Connector, Unprepared};
use crate::tls::handshake::{self, Shaken};
use crate::tls::inspection::{self, Inspection};
use crate::tls::policy::Check;
use crate::tls::request::{self, Answer};
use crate::tls::stream::SecuredStream;
use crate::verdict::{Breakage, Notes, Probed};

/// A stream on which the next thing to say is the StartupMessage.
#[derive(Debug)]
pub struct Secured {
    pub route: Route,
    pub stream: SecuredStream,
}

/// How long a server may take to judge a client certificate, beside the way there and back.
const ALERT_GRACE: Duration = Duration::from_millis(30);

/// The connector, made ready while the layers below were busy; none where the settings turn TLS off.
pub type Prepared = Result<Option<Connector>, Unprepared>;

/// Asks for TLS as the settings say, and verifies what they say.
pub async fn probe(target: &Target, prepared: &Prepared, stream: Stream, limit: Duration) -> Probed<Secured> {
    let Stream { route, socket, opened_in } = stream;
    let plain = |socket| SecuredStream::Plain(Tap::new(socket));
    if let Some(gss) = &target.tls.gss {
        return encrypt_by_kerberos(gss, &route, socket, limit).await;
    }
    if matches!(route.address, Address::Unix(_)) {
        let stream = plain(socket);
        return Probed::NotApplicable(Secured { route, stream }, "unix socket".into());
    }
    let connector = match prepared {
        Ok(Some(connector)) if target.tls.mode != SslMode::Allow => connector,
        Ok(_) => return without_tls(target, route, plain(socket)),
        Err(Unprepared::Settings(finding)) => return Probed::broken_by((**finding).clone(), Notes::default()),
        Err(Unprepared::Broke(breakage)) => return Probed::Broke(Breakage(breakage.0.clone())),
    };
    match secure(target, connector, &route, (socket, opened_in), limit).await {
        Ok((stream, notes)) => Probed::Sound(Secured { route, stream }, notes),
        Err(findings) if target.tls.mode == SslMode::Prefer && findings.iter().all(concerns_tls) => fall_back(route, findings, limit).await,
        Err(findings) => broken(findings),
    }
}

/// `gssencmode=require`. The doctor has no Kerberos: it finds out whether the application's could do anything.
async fn encrypt_by_kerberos(gss: &RequiredGss, route: &Route, socket: Socket, limit: Duration) -> Probed<Secured> {
    let address = &route.address;
    if matches!(address, Address::Unix(_)) {
        return broken(vec![gss_unavailable::on_a_socket(address)]);
    }
    let finding = match request::ask(request::GSS, &mut Tap::new(socket), limit).await {
        Answer::Willing => match &gss.sign_of_credentials {
            None => gss_unavailable::without_credentials(address),
            Some(sign) => return Probed::Broke(Breakage(gss_unavailable::beyond_the_doctor(address, sign))),
        },
        Answer::Unwilling | Answer::Error(_) => gss_unavailable::not_offered(address),
        Answer::Foreign(bytes) | Answer::TooMuch(bytes) => not_postgres::finding(address, &bytes),
        Answer::Closed => closed::finding(address, "after the GSSENCRequest"),
        Answer::Broken(error) => reset::in_talk(address, &error),
        Answer::Silence => silent::finding(address, limit),
    };
    broken(vec![finding])
}

fn broken(findings: Vec<Finding>) -> Probed<Secured> {
    let mut notes = Notes::new(findings.first().map(|finding| finding.title.clone()).unwrap_or_default());
    notes.findings = findings;
    Probed::Broken(notes)
}

fn concerns_tls(finding: &Finding) -> bool {
    finding.kind.layer == crate::layer::Layer::Tls
}

/// `disable`, and `allow`, which tries without TLS first.
fn without_tls(target: &Target, route: Route, stream: SecuredStream) -> Probed<Secured> {
    let reason = format!("sslmode={}", target.tls.mode.name());
    if route.address.is_local() {
        return Probed::NotApplicable(Secured { route, stream }, reason);
    }
    let mut notes = Notes::new(format!("not encrypted: {reason}"));
    notes.fact("encrypted", false);
    notes.found(plaintext_remote::finding(&route, target.tls.mode));
    Probed::Sound(Secured { route, stream }, notes)
}

/// libpq's `prefer` opens a second connection, without TLS, when the handshake fails.
async fn fall_back(route: Route, findings: Vec<Finding>, limit: Duration) -> Probed<Secured> {
    let Some(stream) = reopen_without_tls(&route, limit).await else {
        return broken(findings);
    };
    let mut notes = Notes::new("TLS failed; sslmode=prefer goes on without it");
    notes.fact("encrypted", false);
    notes.findings = findings.into_iter().map(|finding| finding.severity(Severity::Warn)).collect();
    Probed::Sound(Secured { route, stream }, notes)
}

/// A second connection, without TLS.
pub async fn reopen_without_tls(route: &Route, limit: Duration) -> Option<SecuredStream> {
    let socket = tokio::time::timeout(limit, route.address.connect()).await.ok()?.ok()?;
    Some(SecuredStream::Plain(Tap::new(socket)))
}

/// A second connection, with TLS as the settings want it.
pub async fn reopen_with_tls(target: &Target, prepared: &Prepared, route: &Route, limit: Duration) -> Option<SecuredStream> {
    let Ok(Some(connector)) = prepared else { return None };
    let began = Instant::now();
    let socket = tokio::time::timeout(limit, route.address.connect()).await.ok()?.ok()?;
    let (stream, _) = secure(target, connector, route, (socket, began.elapsed()), limit).await.ok()?;
    stream.is_encrypted().then_some(stream)
}

async fn secure(
    target: &Target,
    connector: &Connector,
    route: &Route,
    (socket, opened_in): (Socket, Duration),
    limit: Duration,
) -> Result<(SecuredStream, Notes), Vec<Finding>> {
    let name = route.host.certificate_name().unwrap_or_else(|| route.address.place());
    let ssl = connector
        .session(&name)
        .map_err(|error| vec![handshake_failed::finding(target, &route.address, &error.to_string(), &[])])?;
    let (shaken, received) = handshake::shake(socket, ssl, target.tls.negotiation, limit).await;
    match shaken {
        Shaken::Secured(mut stream) => {
            if connector.sends_certificate
                && let Some(alert) = late_alert(&mut stream, opened_in * 2 + ALERT_GRACE).await
            {
                return Err(vec![client_certificate_rejected::finding(target, &route.address, &alert)]);
            }
            examine(target, connector, route, &name, stream, &received.bytes())
        }
        Shaken::NotBegun(Answer::Unwilling, stream) if target.tls.mode == SslMode::Prefer => Ok(unencrypted(target, route, stream)),
        Shaken::NotBegun(answer, _) => Err(vec![not_begun(target, route, answer, limit)]),
        Shaken::Failed(error) => Err(handshake_findings(target, connector, route, &name, &error, &received.bytes(), limit).await),
        Shaken::Stalled => Err(vec![handshake_failed::stalled(&route.address, limit)]),
    }
}

/// Why the server did not agree to begin.
fn not_begun(target: &Target, route: &Route, answer: Answer, limit: Duration) -> Finding {
    let address = &route.address;
    match answer {
        Answer::Willing | Answer::Unwilling => not_supported_by_server::finding(target, route),
        Answer::Error(error) => refusal::finding(&error, &refusal::Scene::before_tls(target, route)),
        Answer::TooMuch(bytes) if Speaker::of(&bytes) == Speaker::Unknown => handshake_failed::injected(address, &bytes),
        Answer::Foreign(bytes) | Answer::TooMuch(bytes) => not_postgres::finding(address, &bytes),
        Answer::Closed => closed::finding(address, "after the SSLRequest"),
        Answer::Broken(error) => reset::in_talk(address, &error),
        Answer::Silence => silent::finding(address, limit),
    }
}

/// In TLS 1.3 the client is done before the server has judged its certificate. A refusal that is not waited for gets lost: the server
/// closes the connection with the client's next message unread, and the reset overtakes the alert.
async fn late_alert(stream: &mut SecuredStream, patience: Duration) -> Option<String> {
    match tokio::time::timeout(patience, stream.read_u8()).await {
        Ok(Err(error)) => Some(error.to_string()),
        Ok(Ok(_)) | Err(_) => None,
    }
}

fn unencrypted(target: &Target, route: &Route, stream: Tap<Socket>) -> (SecuredStream, Notes) {
    let mut notes = Notes::new("the server offers no TLS; sslmode=prefer goes on without it");
    notes.fact("encrypted", false);
    if !route.address.is_local() {
        notes.found(plaintext_remote::finding(route, target.tls.mode));
    }
    (SecuredStream::Plain(stream), notes)
}

/// The handshake succeeded: what it negotiated, and whether the certificate is for this host.
fn examine(
    target: &Target,
    connector: &Connector,
    route: &Route,
    name: &str,
    stream: SecuredStream,
    received: &[u8],
) -> Result<(SecuredStream, Notes), Vec<Finding>> {
    let mut notes = Notes::default();
    let check = connector.policy.check;
    let protocol = ServerHello::find(received).map(|hello| {
        notes.fact("protocol", hello.protocol());
        notes.fact("cipher", hello.cipher());
        if let Some(group) = hello.group() {
            notes.fact("group", group);
        }
        notes.fact("hello_retry_request", hello.retried);
        hello.protocol()
    });
    notes.fact("verification", check.name());
    let peer = stream.ssl().and_then(SslRef::peer_certificate);
    let certificate = peer.map(|certificate| Certificate::read(&certificate));
    if let Some(certificate) = &certificate {
        describe(&mut notes, certificate);
        if check == Check::ChainAndName && !certificate.fits(name) {
            return Err(vec![host_mismatch::finding(target, route, name, certificate)]);
        }
        if let Some(finding) = certificate_expiring::finding(&route.address, certificate, check) {
            notes.found(finding);
        }
    }
    if check == Check::Nothing && !route.address.is_local() {
        notes.found(unverified::finding(target, route));
    }
    notes.summary = format!("{}, {}", protocol.as_deref().unwrap_or("TLS"), check.name());
    Ok((stream, notes))
}

fn describe(notes: &mut Notes, certificate: &Certificate) {
    notes.fact("certificate_names", listing::lines(certificate.names().into_iter()));
    notes.fact("certificate_issuer", certificate.issuer.to_string());
    notes.fact("certificate_expires", certificate.not_after.clone());
    notes.fact("certificate_days_left", certificate.days_left);
}

/// What a failed handshake means, by OpenSSL's words and the bytes that the server sent.
async fn handshake_findings(
    target: &Target,
    connector: &Connector,
    route: &Route,
    name: &str,
    error: &str,
    received: &[u8],
    limit: Duration,
) -> Vec<Finding> {
    if error.contains("certificate verify failed") {
        let inspection = look_again(target, connector, route, name, limit).await;
        return certificate_findings(target, connector, route, name, error, &inspection);
    }
    // The first letter of an SSH banner was taken for "TLS: yes".
    let whole = [b"S", received].concat();
    if Speaker::of(&whole) == Speaker::Ssh {
        return vec![not_postgres::finding(&route.address, &whole)];
    }
    let said = |words: &[&str]| words.iter().any(|word| error.contains(word));
    let finding = if said(&[
        "protocol version",
        "unsupported protocol",
        "no protocols available",
        "no shared cipher",
        "inappropriate fallback",
    ]) {
        protocol_mismatch::finding(target, &route.address, error)
    } else if said(&[
        "alert unknown ca",
        "alert certificate required",
        "alert bad certificate",
        "alert certificate unknown",
        "alert certificate expired",
    ]) {
        client_certificate_rejected::finding(target, &route.address, error)
    } else if target.tls.negotiation == Negotiation::Direct && takes_an_ssl_request(route, limit).await {
        handshake_failed::too_direct(&route.address, error)
    } else {
        handshake_failed::finding(target, &route.address, error, received)
    };
    vec![finding]
}

/// Whether a connection of its own, which begins with an SSLRequest, is told that TLS may begin.
async fn takes_an_ssl_request(route: &Route, limit: Duration) -> bool {
    let Ok(Ok(socket)) = tokio::time::timeout(limit, route.address.connect()).await else {
        return false;
    };
    matches!(request::ask(request::TLS, &mut Tap::new(socket), limit).await, Answer::Willing)
}

/// Whether the server asks its clients for a certificate, by a second handshake; `None` where that does not show.
pub async fn asks_for_certificate(target: &Target, route: &Route, limit: Duration) -> Option<bool> {
    let Address::Tcp(address) = route.address else { return None };
    let name = route.host.certificate_name().unwrap_or_else(|| route.address.place());
    let negotiation = target.tls.negotiation;
    let look = crate::aside::spawn(move || certificate_request::is_made(address, negotiation, &name, limit));
    tokio::time::timeout(limit, look).await.ok()?.ok()?
}

/// A second handshake that shows what the first refused; an empty one where it fails too.
async fn look_again(target: &Target, connector: &Connector, route: &Route, name: &str, limit: Duration) -> Inspection {
    let Address::Tcp(address) = route.address else {
        return Inspection::default();
    };
    let (name, roots, negotiation) = (name.to_owned(), connector.policy.roots.clone(), target.tls.negotiation);
    let look = crate::aside::spawn(move || inspection::inspect(address, negotiation, &name, &roots, limit));
    match tokio::time::timeout(limit, look).await {
        Ok(Ok(Ok(inspection))) => inspection,
        Ok(Ok(Err(_)) | Err(_)) | Err(_) => Inspection::default(),
    }
}

fn certificate_findings(
    target: &Target,
    connector: &Connector,
    route: &Route,
    name: &str,
    error: &str,
    inspection: &Inspection,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for fault in &inspection.faults {
        let finding = match fault.reason.as_raw() {
            verify_code::HAS_EXPIRED => certificate_expired::finding(&route.address, fault),
            verify_code::NOT_YET_VALID => certificate_not_yet_valid::finding(&route.address, fault),
            verify_code::EE_KEY_TOO_SMALL | verify_code::CA_KEY_TOO_SMALL | verify_code::CA_MD_TOO_WEAK => {
                certificate_weak::finding(&route.address, fault)
            }
            verify_code::REVOKED => certificate_revoked::finding(&route.address, fault),
            code if verify_code::LIST_UNUSABLE.contains(&code) => crl_unusable::finding(&connector.policy, &route.address, fault),
            code if verify_code::UNTRUSTED.contains(&code) => ca_unknown::finding(&connector.policy, &route.address, inspection),
            _ => handshake_failed::unverified_chain(&route.address, fault),
        };
        if !findings.iter().any(|earlier| earlier.kind.code() == finding.kind.code()) {
            findings.push(finding);
        }
    }
    if let Some(leaf) = inspection.chain.first()
        && connector.policy.check == Check::ChainAndName
        && !leaf.fits(name)
    {
        findings.push(host_mismatch::finding(target, route, name, leaf));
    }
    if findings.is_empty() {
        findings.push(ca_unknown::unexplained(&route.address, error));
    }
    findings
}

/// OpenSSL's verification results (`x509_vfy.h`).
mod verify_code {
    pub const NOT_YET_VALID: i32 = 9;
    pub const HAS_EXPIRED: i32 = 10;
    pub const REVOKED: i32 = 23;
    pub const EE_KEY_TOO_SMALL: i32 = 66;
    pub const CA_KEY_TOO_SMALL: i32 = 67;
    pub const CA_MD_TOO_WEAK: i32 = 68;
    /// Unable to get the list, its signature is wrong, it is not valid yet, it has expired.
    pub const LIST_UNUSABLE: [i32; 4] = [3, 8, 11, 12];
    /// Unable to get issuer, self-signed leaf, self-signed in chain, unable to get issuer locally, unable to verify the leaf.
    pub const UNTRUSTED: [i32; 5] = [2, 18, 19, 20, 21];
}
