//! Where the page is.

use std::fmt;
use std::str::FromStr;

use url::{Host, Position, Url};

use crate::conninfo::mask::MASK;
use crate::foreign::Foreign;
use crate::secret::Secret;
use crate::wordlike;

/// The address of a page. Shown, it has neither credentials nor a query, and of its path what reads as a name.
#[derive(Clone, PartialEq, Eq)]
pub struct HealthUrl {
    shown: String,
    /// For certificates, and for the `Host` of the request.
    pub name: String,
    pub port: u16,
    pub secure: bool,
    /// The `Host` of the request.
    pub authority: String,
    /// Path and query, which may hold a token.
    pub path: Secret,
    /// `user:password`, where it has them.
    pub credentials: Option<Secret>,
}

impl FromStr for HealthUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("no URL: {error}"))?;
        let secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err("http:// and https:// can be asked".to_owned()),
        };
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err("it names no host".to_owned());
        };
        let name = match host {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let query = if url.query().is_some() { "?…" } else { "" };
        let segments: Vec<&str> = url
            .path()
            .split('/')
            .map(|part| if wordlike::is_name(part) { part } else { MASK })
            .collect();
        let authority = url[Position::BeforeHost..Position::AfterPort].to_owned();
        let has_credentials = url.password().is_some() || !url.username().is_empty();
        let credentials = has_credentials.then(|| {
            let decoded = |text: &str| percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
            let password = decoded(url.password().unwrap_or_default());
            Secret::new([decoded(url.username()), b":".to_vec(), password].concat())
        });
        Ok(Self {
            shown: format!("{}://{authority}{}{query}", url.scheme(), segments.join("/")),
            name,
            port,
            secure,
            path: Secret::from(&url[Position::BeforePath..Position::AfterQuery]),
            authority,
            credentials,
        })
    }
}

impl HealthUrl {
    /// What must not come back in a report: the credentials, the values of the query, and what is not shown of the path.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        let path = self.path.reveal_str().unwrap_or_default();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pieces = path.split(['/', ';', '=', ',', ':']).filter(|piece| !wordlike::is_name(piece));
        let values = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
        let credentials = self
            .credentials
            .as_ref()
            .and_then(|credentials| credentials.reveal_str()?.split_once(':'));
        let (user, password) = credentials.unwrap_or_default();
        let user = Some(user).filter(|user| !wordlike::is_name(user));
        let all = pieces.chain(values).chain(user).chain([password]);
        all.filter(|secret| !secret.is_empty()).map(Secret::from).collect()
    }
}

impl fmt::Display for HealthUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Foreign::new(self.shown.as_str()))
    }
}

impl fmt::Debug for HealthUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HealthUrl({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_holds_no_secret() {
        let url: HealthUrl = "http://me:pa%20ss@[::1]:8000/health/db?token=abc&x".parse().expect("a URL");
        assert_eq!(url.to_string(), "http://[::1]:8000/health/db?…");
        assert_eq!((url.name.as_str(), url.port, url.secure), ("::1", 8000, false));
        assert_eq!(url.authority, "[::1]:8000");
        assert_eq!(url.path.reveal(), b"/health/db?token=abc&x");
        assert_eq!(url.credentials.as_ref().map(Secret::reveal), Some(&b"me:pa ss"[..]));
        assert_eq!(url.secrets(), ["abc", "x", "pa ss"].map(Secret::from));
        let url: HealthUrl = "http://9f86d081884c7d65@db/health/eyJhbGciOiJIUzI1NiJ9/v1?a0b1"
            .parse()
            .expect("a URL");
        assert_eq!(url.to_string(), "http://db/health/***/v1?…");
        assert_eq!(
            url.secrets(),
            ["eyJhbGciOiJIUzI1NiJ9", "a0b1", "9f86d081884c7d65"].map(Secret::from)
        );
    }

    #[test]
    fn only_pages_of_the_web_can_be_asked() {
        for text in ["ftp://x/", "postgresql://x/", "localhost:8000", "http://", ""] {
            assert!(text.parse::<HealthUrl>().is_err(), "{text}");
        }
    }
}
