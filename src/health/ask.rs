//! Asks for the page: one GET, nothing followed, nothing kept.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use openssl::error::ErrorStack;
use openssl::ssl::{Ssl, SslVerifyMode};
use openssl::x509::X509VerifyResult;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_openssl::SslStream;

use super::page::Page;
use super::url::HealthUrl;
use crate::foreign::Foreign;
use crate::target::Negotiation;
use crate::tls::connector;
use crate::tls::policy::Roots;

/// The most that is read of a page.
const LARGEST: usize = 256 * 1024;

/// Why there is no page.
#[derive(Debug)]
pub enum NoPage {
    /// Its host has no address, or nothing accepts there.
    NotReached(io::Error),
    /// TLS does not come about.
    Tls(Foreign),
    /// It accepts, and closes without an answer, or breaks off.
    Closed(Option<io::Error>),
    /// What answers is no HTTP.
    NotHttp(Foreign),
    /// Nothing, within the time limit.
    Silence,
}

/// Asks, for at most `limit`.
///
/// # Errors
///
/// Why there is no page.
pub async fn ask(url: &HealthUrl, limit: Duration) -> Result<Page, NoPage> {
    let mut bytes = Vec::new();
    let answered = tokio::time::timeout(limit, exchange(url, &mut bytes)).await;
    // A body that breaks off or does not end is as good as none; the head has the answer.
    let page = Page::read(&bytes).map_err(|_| NoPage::NotHttp(Foreign::from_bytes(&bytes[..bytes.len().min(100)])))?;
    match (page, answered) {
        (Some(page), _) => Ok(page),
        (None, Err(_)) => Err(NoPage::Silence),
        (None, Ok(Err(trouble))) => Err(trouble),
        (None, Ok(Ok(()))) => Err(NoPage::Closed(None)),
    }
}

async fn exchange(url: &HealthUrl, bytes: &mut Vec<u8>) -> Result<(), NoPage> {
    let stream = TcpStream::connect((url.name.as_str(), url.port))
        .await
        .map_err(NoPage::NotReached)?;
    if !url.secure {
        return talk(stream, url, bytes).await;
    }
    connector::no_pipes(&Roots::System).map_err(|breakage| NoPage::Tls(Foreign::new(breakage.0)))?;
    let mut stream = session(url)
        .and_then(|ssl| SslStream::new(ssl, stream))
        .map_err(|error| NoPage::Tls(Foreign::new(error.to_string())))?;
    match Pin::new(&mut stream).connect().await {
        Ok(()) => talk(stream, url, bytes).await,
        Err(error) => Err(NoPage::Tls(Foreign::new(match stream.ssl().verify_result() {
            X509VerifyResult::OK => error.to_string(),
            reason => format!("{error} ({reason})"),
        }))),
    }
}

/// A client's session that trusts whom this system trusts, and wants a certificate for this host.
fn session(url: &HealthUrl) -> Result<Ssl, ErrorStack> {
    let mut builder = connector::builder(&Roots::System, Negotiation::Postgres)?;
    builder.set_verify(SslVerifyMode::PEER);
    let mut ssl = connector::session(&builder.build(), &url.name, true)?;
    match url.name.parse() {
        Ok(address) => ssl.param_mut().set_ip(address)?,
        Err(_) => ssl.param_mut().set_host(&url.name)?,
    }
    Ok(ssl)
}

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, url: &HealthUrl, bytes: &mut Vec<u8>) -> Result<(), NoPage> {
    let broken = |error| NoPage::Closed(Some(error));
    let mut request = zeroize::Zeroizing::new(b"GET ".to_vec());
    request.extend_from_slice(url.path.reveal());
    request.extend_from_slice(
        format!(
            " HTTP/1.1\r\nHost: {}\r\nUser-Agent: dbdoctor/{}\r\nAccept: */*\r\nConnection: close\r\n",
            url.authority,
            env!("CARGO_PKG_VERSION")
        )
        .as_bytes(),
    );
    if let Some(credentials) = &url.credentials {
        let encoded = zeroize::Zeroizing::new(openssl::base64::encode_block(credentials.reveal()));
        request.extend_from_slice(b"Authorization: Basic ");
        request.extend_from_slice(encoded.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let mut buffer = [0; 8 * 1024];
    while bytes.len() < LARGEST && !Page::is_whole(bytes) {
        match stream.read(&mut buffer).await.map_err(broken)? {
            0 => break,
            length => bytes.extend_from_slice(&buffer[..length]),
        }
    }
    Ok(())
}
