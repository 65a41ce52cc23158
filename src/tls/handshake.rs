//! From an open connection to an encrypted one.

use std::time::Duration;

use openssl::ssl::Ssl;

use super::connector;
use super::request::{self, Answer};
use super::stream::SecuredStream;
use crate::net::socket::Socket;
use crate::net::tap::{Received, Tap};
use crate::parting;
use crate::target::Negotiation;

/// What came of it.
#[derive(Debug)]
pub enum Shaken {
    Secured(SecuredStream),
    /// The server did not agree to begin.
    NotBegun(Answer, Tap<Socket>),
    /// What OpenSSL says.
    Failed(String),
    Stalled,
}

/// Asks for TLS, where the protocol wants that, and shakes hands; what the server sent in the handshake. Once begun it is finished, even
/// where the caller is dropped: the server hears a goodbye then.
pub async fn shake(socket: Socket, ssl: Ssl, negotiation: Negotiation, limit: Duration) -> (Shaken, Received) {
    let received = Received::default();
    let shaking = {
        let received = received.clone();
        async move {
            let mut stream = Tap::new(socket);
            if negotiation == Negotiation::Postgres {
                match request::ask(request::TLS, &mut stream, limit).await {
                    Answer::Willing => {}
                    answer => return Shaken::NotBegun(answer, stream),
                }
            }
            // Its bytes tell what failed; the answer to the SSLRequest is not part of the handshake.
            let stream = Tap::keeping(stream.into_inner(), received);
            match tokio::time::timeout(limit, connector::connect(ssl, stream)).await {
                Ok(Ok(stream)) => Shaken::Secured(stream),
                Ok(Err(error)) => Shaken::Failed(error),
                Err(_) => Shaken::Stalled,
            }
        }
    };
    // A secured stream says goodbye when it is dropped.
    let shaken = parting::finished(shaking, |shaken| async { drop(shaken) }).await;
    (shaken, received)
}
