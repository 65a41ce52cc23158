//! The client's own certificate and key, checked as libpq checks them (fe-secure-openssl.c, `initialize_SSL`).

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use openssl::pkey::{PKey, Private};
use openssl::x509::X509;

use crate::file;
use crate::finding::Finding;
use crate::finding::tls::client_key_unusable;
use crate::foreign::Foreign;
use crate::secret::Secret;
use crate::target::TlsSettings;
use crate::tls::certificate::Certificate;

/// The client's certificate with its key.
#[derive(Debug)]
pub struct Identity {
    pub key: PKey<Private>,
    pub certificate: X509,
    /// The certificates that lead to its authority, as far as the file has them.
    pub chain: Vec<X509>,
}

/// Reads the client certificate and its key; `None` where there is no certificate, which libpq takes for "none wanted".
///
/// # Errors
///
/// The finding about a certificate or key that libpq would refuse.
pub fn read(settings: &TlsSettings) -> Result<Option<Identity>, Finding> {
    let Some(cert_path) = &settings.client_cert else { return Ok(None) };
    let cert_pem = match file::read_bytes(cert_path) {
        Ok(pem) => pem,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(client_key_unusable::unreadable(cert_path, &error)),
    };
    let Some(key_path) = settings.client_key.as_deref().filter(|path| path.exists()) else {
        return Err(client_key_unusable::missing(cert_path, settings.client_key.as_deref()));
    };
    check_permissions(key_path)?;
    let key = read_key(key_path, settings.client_key_password.as_ref())?;
    let mut chain = X509::stack_from_pem(&cert_pem).unwrap_or_default().into_iter();
    let Some(certificate) = chain.next() else {
        return Err(client_key_unusable::not_pem(cert_path, "certificate"));
    };
    if !certificate.public_key().is_ok_and(|public| public.public_eq(&key)) {
        return Err(client_key_unusable::mismatch(cert_path, key_path));
    }
    Ok(Some(Identity {
        key,
        certificate,
        chain: chain.collect(),
    }))
}

/// Whom the client certificate is made out to: its subject; `None` where none can be read.
#[must_use]
pub fn subject(settings: &TlsSettings) -> Option<Foreign> {
    let pem = file::read_bytes(settings.client_cert.as_ref()?).ok()?;
    let certificate = X509::from_pem(&pem).ok()?;
    Some(Certificate::read(&certificate).subject)
}

/// A key of root's may be readable by its group, anybody else's by nobody but its owner.
fn check_permissions(path: &Path) -> Result<(), Finding> {
    let metadata = std::fs::metadata(path).map_err(|error| client_key_unusable::unreadable(path, &error))?;
    let forbidden = if metadata.uid() == 0 { 0o037 } else { 0o077 };
    if metadata.mode() & forbidden == 0 {
        Ok(())
    } else {
        Err(client_key_unusable::too_open(path, metadata.mode() & 0o777))
    }
}

fn read_key(path: &Path, password: Option<&Secret>) -> Result<PKey<Private>, Finding> {
    let pem = file::read_bytes(path).map_err(|error| client_key_unusable::unreadable(path, &error))?;
    let mut asked = false;
    let key = PKey::private_key_from_pem_callback(&pem, |buffer| {
        asked = true;
        let password = password.map(Secret::reveal).unwrap_or_default();
        let length = password.len().min(buffer.len());
        buffer[..length].copy_from_slice(&password[..length]);
        Ok(length)
    });
    match key {
        Ok(key) => Ok(key),
        Err(_) if asked => Err(client_key_unusable::passphrase(path, password.is_some())),
        Err(_) => PKey::private_key_from_der(&pem).map_err(|_| client_key_unusable::not_pem(path, "private key")),
    }
}
