//! What is verified, and against which roots, as libpq decides it (fe-secure-openssl.c, `initialize_SSL`).

use std::io;
use std::path::{Path, PathBuf};

use openssl::x509::X509;

use crate::file;
use crate::finding::Finding;
use crate::finding::tls::{ca_file_invalid, ca_file_missing, ca_file_unreadable};
use crate::target::{Revocations, RootCert, SslMode, TlsSettings};

/// What has to hold of the server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    Nothing,
    /// It leads to a trusted root.
    Chain,
    /// And it is made out to the host.
    ChainAndName,
}

impl Check {
    /// The words for a report's fact.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "not verified",
            Self::Chain => "chain verified",
            Self::ChainAndName => "chain and host name verified",
        }
    }
}

/// The certificates that are trusted.
#[derive(Debug, Clone)]
pub enum Roots {
    /// Nobody asks.
    None,
    System,
    /// Only those in this file.
    File {
        path: PathBuf,
        certificates: Vec<X509>,
        revocations: Revocations,
    },
}

/// The decision.
#[derive(Debug, Clone)]
pub struct Policy {
    pub check: Check,
    pub roots: Roots,
}

impl Policy {
    /// Decides, reading the root file.
    ///
    /// An existing root file makes every sslmode verify the chain; a missing one matters to `verify-ca` and `verify-full` only.
    ///
    /// # Errors
    ///
    /// The finding about a root file that libpq would refuse.
    pub fn decide(settings: &TlsSettings) -> Result<Self, Finding> {
        let path = match &settings.root_cert {
            RootCert::System => {
                return Ok(Self {
                    check: Check::ChainAndName,
                    roots: Roots::System,
                });
            }
            RootCert::Named(path) | RootCert::Default(Some(path)) => path,
            RootCert::Default(None) if settings.mode >= SslMode::VerifyCa => return Err(ca_file_missing::no_home(settings.mode)),
            RootCert::Default(None) => return Ok(Self::unverified()),
        };
        let pem = match file::read_bytes(path) {
            Ok(pem) => pem,
            Err(error) if is_absent(&error) && settings.mode < SslMode::VerifyCa => return Ok(Self::unverified()),
            Err(error) if is_absent(&error) => return Err(ca_file_missing::finding(path, settings)),
            Err(error) => return Err(ca_file_unreadable::finding(path, &error)),
        };
        Ok(Self {
            check: if settings.mode == SslMode::VerifyFull {
                Check::ChainAndName
            } else {
                Check::Chain
            },
            roots: Roots::File {
                path: path.clone(),
                certificates: read_bundle(path, &pem)?,
                revocations: settings.revocations.clone(),
            },
        })
    }

    const fn unverified() -> Self {
        Self {
            check: Check::Nothing,
            roots: Roots::None,
        }
    }
}

fn read_bundle(path: &Path, pem: &[u8]) -> Result<Vec<X509>, Finding> {
    match X509::stack_from_pem(pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) | Err(_) => Err(ca_file_invalid::finding(path, pem)),
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
