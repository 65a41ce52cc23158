//! What a session may do, as libpq's `target_session_attrs` asks it.

use std::fmt;
use std::time::Duration;

use super::answer::Answers;
use super::session::Session;
use crate::target::SessionAttrs;

/// Asked of servers that do not report both parameters at login: PostgreSQL up to 13, and some poolers.
const QUESTION: &str = "SELECT pg_catalog.pg_is_in_recovery()::text, pg_catalog.current_setting('default_transaction_read_only')";

/// Whether a session may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    pub standby: bool,
    /// New transactions begin read-only, by the setting `default_transaction_read_only`.
    pub read_only_by_default: bool,
}

impl State {
    /// What the server reported at login; where it did not, what it answers. `None` where it does not answer.
    pub async fn of(session: &Session, limit: Duration) -> Option<Self> {
        let reported = |name: &str| session.server.parameters.get(name).map(|value| value.raw() == "on");
        if let (Some(standby), Some(read_only_by_default)) = (reported("in_hot_standby"), reported("default_transaction_read_only")) {
            return Some(Self {
                standby,
                read_only_by_default,
            });
        }
        let answers = session.ask(&[QUESTION.to_owned()], limit).await;
        let row = |rows: &[super::session::Row]| Ok(rows.first().cloned());
        let row = Answers::new(&answers).next("the session's state", row).ok()???;
        let is = |at: usize, value: &str| row.get(at).is_some_and(|cell: &Option<String>| cell.as_deref() == Some(value));
        Some(Self {
            standby: is(0, "true"),
            read_only_by_default: is(1, "on"),
        })
    }

    /// Whether libpq stays with a session like this (fe-connect.c, `CONNECTION_CHECK_TARGET`).
    #[must_use]
    pub const fn fits(self, wanted: SessionAttrs) -> bool {
        let read_only = self.standby || self.read_only_by_default;
        match wanted {
            SessionAttrs::Any => true,
            SessionAttrs::ReadWrite => !read_only,
            SessionAttrs::ReadOnly => read_only,
            SessionAttrs::Primary => !self.standby,
            SessionAttrs::Standby | SessionAttrs::PreferStandby => self.standby,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.standby, self.read_only_by_default) {
            (true, _) => "a standby",
            (false, true) => "a primary whose transactions are read-only by default",
            (false, false) => "a primary that takes writes",
        })
    }
}
