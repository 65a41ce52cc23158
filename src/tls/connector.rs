//! The client side of TLS, made ready for one set of settings.

use std::path::Path;
use std::pin::Pin;

use openssl::error::ErrorStack;
use openssl::ssl::{Ssl, SslContext, SslContextBuilder, SslFiletype, SslMethod, SslMode as Mode, SslVerifyMode, SslVersion};
use openssl::x509::X509VerifyResult;
use openssl::x509::store::{X509Lookup, X509StoreBuilderRef};
use openssl::x509::verify::X509VerifyFlags;
use tokio_openssl::SslStream;

use super::identity::{self, Identity};
use super::policy::{Policy, Roots};
use super::stream::SecuredStream;
use crate::file;
use crate::finding::Finding;
use crate::foreign::Foreign;
use crate::net::socket::Socket;
use crate::net::tap::Tap;
use crate::target::{Negotiation, Revocations, SslMode, TlsSettings};
use crate::verdict::Breakage;

/// The key exchange groups, of which the first comes with a share of its key: the one that servers up to 17 take without asking for
/// another (`ssl_ecdh_curve`). The rest is what OpenSSL offers by itself.
const GROUPS: &str = "P-256:X25519:X25519MLKEM768:X448:P-384:P-521:ffdhe2048:ffdhe3072";
/// The same for an OpenSSL that does not know all of them.
const OLDER_GROUPS: &str = "P-256:X25519:X448:P-384:P-521";

/// PostgreSQL's name in ALPN, which direct TLS demands.
const ALPN: &[u8] = b"\x0apostgresql";

/// A connector that trusts what libpq would trust. It leaves host names to [`super::certificate`], whose rule is libpq's.
#[derive(Debug)]
pub struct Connector {
    context: SslContext,
    sends_name: bool,
    pub policy: Policy,
    /// Whether a client certificate goes along.
    pub sends_certificate: bool,
}

/// Why there is no connector.
#[derive(Debug)]
pub enum Unprepared {
    /// The settings ask for what libpq would refuse.
    Settings(Box<Finding>),
    Broke(Breakage),
}

impl From<Finding> for Unprepared {
    fn from(finding: Finding) -> Self {
        Self::Settings(Box::new(finding))
    }
}

impl From<ErrorStack> for Unprepared {
    fn from(error: ErrorStack) -> Self {
        Self::Broke(Breakage(format!("the TLS library refuses its settings: {error}")))
    }
}

/// Makes a connector ready, or none where the settings turn TLS off.
///
/// Where the system's certificates count, reading them takes 10 to 20 ms: begin while the network is busy.
///
/// # Errors
///
/// The finding about a file that the settings name, or what broke.
pub fn prepare(settings: &TlsSettings) -> Result<Option<Connector>, Unprepared> {
    if settings.mode == SslMode::Disable {
        return Ok(None);
    }
    let policy = Policy::decide(settings)?;
    let identity = identity::read(settings)?;
    no_pipes(&policy.roots).map_err(Unprepared::Broke)?;
    let mut builder = builder(&policy.roots, settings.negotiation)?;
    if !matches!(policy.roots, Roots::None) {
        builder.set_verify(SslVerifyMode::PEER);
    }
    builder.set_min_proto_version(Some(
        settings.min_protocol.as_deref().and_then(protocol).unwrap_or(SslVersion::TLS1_2),
    ))?;
    builder.set_max_proto_version(settings.max_protocol.as_deref().and_then(protocol))?;
    let sends_certificate = identity.is_some();
    if let Some(Identity { key, certificate, chain }) = identity {
        builder.set_certificate(&certificate)?;
        for issuer in chain {
            builder.add_extra_chain_cert(issuer)?;
        }
        builder.set_private_key(&key)?;
    }
    Ok(Some(Connector {
        context: builder.build(),
        sends_name: settings.sni,
        policy,
        sends_certificate,
    }))
}

/// A client that trusts these roots and, so far, verifies nothing.
///
/// # Errors
///
/// What OpenSSL says.
pub fn builder(roots: &Roots, negotiation: Negotiation) -> Result<SslContextBuilder, ErrorStack> {
    let mut builder = SslContextBuilder::new(SslMethod::tls_client())?;
    // What an asynchronous stream needs: a write may be taken up again from elsewhere, and may be cut short.
    builder.set_mode(Mode::AUTO_RETRY | Mode::ACCEPT_MOVING_WRITE_BUFFER | Mode::ENABLE_PARTIAL_WRITE | Mode::RELEASE_BUFFERS);
    builder.set_groups_list(GROUPS).or_else(|_| builder.set_groups_list(OLDER_GROUPS))?;
    match roots {
        Roots::None => {}
        Roots::System => {
            let system = openssl_probe::probe();
            // Without any, every certificate is refused, as libpq refuses it.
            let _ = builder.load_verify_locations(
                system.cert_file.as_deref(),
                system.cert_dir.first().map(std::path::PathBuf::as_path),
            );
        }
        Roots::File {
            certificates, revocations, ..
        } => {
            for certificate in certificates {
                builder.cert_store_mut().add_cert(certificate.clone())?;
            }
            heed(revocations, builder.cert_store_mut())?;
        }
    }
    if negotiation == Negotiation::Direct {
        builder.set_alpn_protos(ALPN)?;
    }
    Ok(builder)
}

/// What OpenSSL opens by itself, in the middle of a handshake too: it would wait for a pipe as libpq does, for ever.
///
/// # Errors
///
/// Which file is none.
pub fn no_pipes(roots: &Roots) -> Result<(), Breakage> {
    let (file, directory) = match roots {
        Roots::None => return Ok(()),
        Roots::System => {
            let system = openssl_probe::probe();
            (system.cert_file, system.cert_dir.into_iter().next())
        }
        Roots::File { revocations, .. } => (revocations.file.clone(), revocations.directory.clone()),
    };
    // `5ed36f99.0`, and `.r0` for a list.
    let is_hashed = |name: &Path| {
        name.extension()
            .is_some_and(|number| number.to_string_lossy().ends_with(|c: char| c.is_ascii_digit()))
    };
    let entries = directory
        .and_then(|directory| std::fs::read_dir(directory).ok())
        .into_iter()
        .flatten()
        .flatten();
    let hashed = entries.map(|entry| entry.path()).filter(|path| is_hashed(path));
    for path in file.into_iter().chain(hashed) {
        file::is_plain(&path)
            .map_err(|why| Breakage(format!("{}, which OpenSSL would open, {why}", Foreign::new(path.to_string_lossy()))))?;
    }
    Ok(())
}

/// As libpq does: a list that cannot be read is passed over; with any that can, every certificate of the chain needs one.
fn heed(revocations: &Revocations, store: &mut X509StoreBuilderRef) -> Result<(), ErrorStack> {
    let mut heeded = false;
    if let Some(file) = &revocations.file {
        let read = store.add_lookup(X509Lookup::file())?.load_crl_file(file, SslFiletype::PEM);
        heeded |= read.is_ok_and(|lists| lists > 0);
    }
    if let Some(directory) = revocations.directory.as_deref().and_then(Path::to_str) {
        heeded |= store
            .add_lookup(X509Lookup::hash_dir())?
            .add_dir(directory, SslFiletype::PEM)
            .is_ok();
    }
    if heeded {
        store.set_flags(X509VerifyFlags::CRL_CHECK | X509VerifyFlags::CRL_CHECK_ALL)?;
    }
    Ok(())
}

impl Connector {
    /// A session with the server of this name or address, still to begin.
    ///
    /// # Errors
    ///
    /// What OpenSSL says.
    pub fn session(&self, name: &str) -> Result<Ssl, ErrorStack> {
        session(&self.context, name, self.sends_name)
    }
}

/// Shakes hands over `stream`.
///
/// # Errors
///
/// What OpenSSL says, with the reason why it does not trust the certificate, where that is it.
pub async fn connect(ssl: Ssl, stream: Tap<Socket>) -> Result<SecuredStream, String> {
    let mut stream = SslStream::new(ssl, stream).map_err(|error| error.to_string())?;
    match Pin::new(&mut stream).connect().await {
        Ok(()) => Ok(SecuredStream::Encrypted(Box::new(stream))),
        Err(error) => Err(match stream.ssl().verify_result() {
            X509VerifyResult::OK => error.to_string(),
            reason => format!("{error} ({reason})"),
        }),
    }
}

/// One session of the client's. Addresses are never sent as the server's name (RFC 6066 section 3).
///
/// # Errors
///
/// What OpenSSL says.
pub fn session(context: &SslContext, name: &str, sends_name: bool) -> Result<Ssl, ErrorStack> {
    let mut ssl = Ssl::new(context)?;
    if sends_name && name.parse::<std::net::IpAddr>().is_err() {
        ssl.set_hostname(name)?;
    }
    Ok(ssl)
}

/// libpq's names for protocol versions, which it compares without regard to case.
fn protocol(name: &str) -> Option<SslVersion> {
    match name.to_ascii_lowercase().as_str() {
        "tlsv1" => Some(SslVersion::TLS1),
        "tlsv1.1" => Some(SslVersion::TLS1_1),
        "tlsv1.2" => Some(SslVersion::TLS1_2),
        "tlsv1.3" => Some(SslVersion::TLS1_3),
        _ => None,
    }
}
