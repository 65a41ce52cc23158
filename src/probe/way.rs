//! The way that led to the session, to be gone again where a further connection is wanted.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;

use super::dns::Route;
use super::tls::{self, Prepared};
use crate::foreign::Foreign;
use crate::server::session::{FailedLogin, Session};
use crate::target::Target;

/// An address that let the role in, with or without TLS.
#[derive(Debug)]
pub struct Way {
    pub route: Route,
    pub encrypted: bool,
    pub prepared: Arc<Prepared>,
    /// Further sessions that are held open; whoever ends the first ends them too.
    pub held: Mutex<Vec<Session>>,
}

/// Why a further connection led to no session.
#[derive(Debug)]
pub enum Unopened {
    /// It was not accepted, or TLS was not agreed on.
    NoStream,
    NotLoggedIn(Box<FailedLogin>),
}

impl Way {
    /// Holds a session open.
    pub fn hold(&self, session: Session) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).push(session);
    }

    /// Ends the sessions that are held open.
    pub async fn part(&self) {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        join_all(held.into_iter().map(Session::goodbye)).await;
    }

    /// A further session, with the same credentials; `database` is another one than the target's. One attempt.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub async fn again(&self, target: &Target, database: Option<&str>, limit: Duration) -> Result<Session, Unopened> {
        let mut target = target.at(&self.route.host);
        if let Some(database) = database {
            target.database = Foreign::new(database);
        }
        let stream = if self.encrypted {
            tls::reopen_with_tls(&target, &self.prepared, &self.route, limit).await
        } else {
            tls::reopen_without_tls(&self.route, limit).await
        };
        let stream = stream.ok_or(Unopened::NoStream)?;
        Session::login(stream, &self.route.address, &target, limit)
            .await
            .map_err(|failed| Unopened::NotLoggedIn(Box::new(failed)))
    }
}
