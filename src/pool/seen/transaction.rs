//! Open transactions.

use super::{Session, Who};
use crate::foreign::Foreign;
use crate::pool::statement::first_words;

/// An open transaction.
#[derive(Debug, Clone)]
pub struct Transaction {
    pub who: Who,
    pub client: Foreign,
    /// Whether it waits for its client, and not for the server.
    pub idle: bool,
    /// How long it has been idle, or, if it is not, how long it has been open.
    pub seconds: i64,
    pub state: Foreign,
    /// The first words of its last statement, without literals.
    pub statement: Foreign,
}

/// The open transactions of clients in this database, as far as they are visible: those idle, then those that run a statement, each the
/// longest first.
#[must_use]
pub fn transactions(sessions: &[Session], database: &Foreign) -> Vec<Transaction> {
    let here = sessions
        .iter()
        .filter(|session| session.is_of_a_client() && session.is_in(database));
    let mut transactions: Vec<_> = here.filter_map(Transaction::of).collect();
    transactions.sort_by_key(|transaction| std::cmp::Reverse((transaction.idle, transaction.seconds)));
    transactions
}

impl Transaction {
    fn of(session: &Session) -> Option<Self> {
        let (state, open) = (session.state.as_ref()?, session.in_transaction?);
        let idle = state.raw().starts_with("idle in transaction");
        let seconds = if idle { session.in_state.unwrap_or_default() } else { open };
        (idle || state.raw() == "active").then(|| Self {
            who: session.who.clone(),
            client: session.client.clone().unwrap_or_default(),
            idle,
            seconds,
            state: state.clone(),
            statement: first_words(session.statement.as_deref().unwrap_or_default()),
        })
    }
}
