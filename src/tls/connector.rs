//! The client side of TLS, made ready for one set of settings.

use native_tls::Protocol;

use super::identity;
use super::policy::{Policy, Roots};
use crate::finding::Finding;
use crate::target::{Negotiation, SslMode, TlsSettings};
use crate::verdict::Breakage;

/// A connector that trusts what libpq would trust. It leaves host names to [`super::certificate`], whose rule is libpq's.
#[derive(Debug)]
pub struct Connector {
    pub native: tokio_native_tls::TlsConnector,
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

/// Makes a connector ready, or none where the settings turn TLS off.
///
/// It reads the system's certificates, which takes 10 to 20 ms: begin while the network is busy.
///
/// # Errors
///
/// The finding about a file that the settings name, or what broke.
pub fn prepare(settings: &TlsSettings) -> Result<Option<Connector>, Unprepared> {
    if settings.mode == SslMode::Disable {
        return Ok(None);
    }
    let policy = Policy::decide(settings)?;
    let mut builder = native_tls::TlsConnector::builder();
    builder.danger_accept_invalid_hostnames(true);
    match &policy.roots {
        Roots::None => {
            builder.danger_accept_invalid_certs(true).disable_built_in_roots(true);
        }
        Roots::System => {}
        Roots::File { certificates, .. } => {
            builder.disable_built_in_roots(true);
            for certificate in certificates {
                let der = certificate.to_der().map_err(|error| broke(&error))?;
                builder.add_root_certificate(native_tls::Certificate::from_der(&der).map_err(|error| broke(&error))?);
            }
        }
    }
    let identity = identity::read(settings)?;
    let sends_certificate = identity.is_some();
    if let Some(identity) = identity {
        builder.identity(identity);
    }
    builder.use_sni(settings.sni);
    builder.min_protocol_version(Some(
        settings.min_protocol.as_deref().and_then(protocol).unwrap_or(Protocol::Tlsv12),
    ));
    builder.max_protocol_version(settings.max_protocol.as_deref().and_then(protocol));
    if settings.negotiation == Negotiation::Direct {
        postgres_native_tls::set_postgresql_alpn(&mut builder);
    }
    let native = builder.build().map_err(|error| broke(&error))?;
    Ok(Some(Connector {
        native: native.into(),
        policy,
        sends_certificate,
    }))
}

fn broke(error: &impl std::fmt::Display) -> Unprepared {
    Unprepared::Broke(Breakage(format!("the TLS library refuses its settings: {error}")))
}

/// libpq's names for protocol versions, which it compares without regard to case.
#[must_use]
pub fn protocol(name: &str) -> Option<Protocol> {
    match name.to_ascii_lowercase().as_str() {
        "tlsv1" => Some(Protocol::Tlsv10),
        "tlsv1.1" => Some(Protocol::Tlsv11),
        "tlsv1.2" => Some(Protocol::Tlsv12),
        "tlsv1.3" => Some(Protocol::Tlsv13),
        _ => None,
    }
}
