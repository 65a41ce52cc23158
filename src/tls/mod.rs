//! TLS as libpq means it: which certificates are trusted, which names match, which client key is used.

pub mod certificate;
pub mod certificate_request;
pub mod connector;
pub mod handshake;
pub mod identity;
pub mod inspection;
pub mod policy;
pub mod request;
pub mod stream;
