//! A second handshake that accepts everything, to see the certificates that a verifying one refused.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use openssl::ssl::{SslStream, SslVerifyMode};
use openssl::x509::X509VerifyResult;

use super::certificate::Certificate;
use super::connector;
use super::policy::Roots;
use super::request;
use crate::target::Negotiation;

/// Something that OpenSSL holds against one certificate of the chain.
#[derive(Debug, Clone)]
pub struct Fault {
    /// 0 is the server's own certificate.
    pub depth: u32,
    pub reason: X509VerifyResult,
    pub certificate: Option<Certificate>,
}

impl Fault {
    /// Whose certificate it is, at the beginning of a sentence.
    #[must_use]
    pub fn whose(&self) -> String {
        if self.depth == 0 {
            "the server's certificate".to_owned()
        } else {
            format!("certificate {} of the chain, \"{}\",", self.depth, self.subject())
        }
    }

    /// The certificate's subject.
    #[must_use]
    pub fn subject(&self) -> String {
        self.certificate
            .as_ref()
            .map_or_else(|| "unknown".to_owned(), |certificate| certificate.subject.to_string())
    }

    /// The first and the last moment at which it is valid.
    #[must_use]
    pub fn validity(&self) -> (&str, &str) {
        self.certificate.as_ref().map_or(("unknown", "unknown"), |certificate| {
            (&certificate.not_before, &certificate.not_after)
        })
    }
}

/// What the server presents, and everything that is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Inspection {
    /// As the server sent it, its own certificate first.
    pub chain: Vec<Certificate>,
    pub faults: Vec<Fault>,
}

/// Opens a connection of its own, shakes hands, and hangs up. No credential is sent. Blocks for at most a few times `timeout`.
///
/// # Errors
///
/// What the operating system or OpenSSL says.
pub fn inspect(
    address: SocketAddr,
    negotiation: Negotiation,
    server_name: &str,
    roots: &Roots,
    timeout: Duration,
) -> anyhow::Result<Inspection> {
    let stream = request::ask_anew(address, negotiation, timeout)?;
    let faults: Arc<Mutex<Vec<Fault>>> = Arc::default();
    let seen = Arc::clone(&faults);
    let mut builder = connector::builder(roots, negotiation)?;
    builder.set_verify_callback(SslVerifyMode::PEER, move |fine, context| {
        if !fine {
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(Fault {
                depth: context.error_depth(),
                reason: context.error(),
                certificate: context.current_cert().map(Certificate::read),
            });
        }
        true
    });
    let mut session = SslStream::new(connector::session(&builder.build(), server_name, true)?, stream)?;
    session.connect()?;
    let chain = session
        .ssl()
        .peer_cert_chain()
        .into_iter()
        .flatten()
        .map(Certificate::read)
        .collect();
    let faults = faults.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Inspection { chain, faults })
}
