use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pool::seen::Transaction;
use crate::quote::sql_ident;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "idle-in-transaction",
    severity: Severity::Warn,
    title: "sessions are idle in a transaction",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("terminating connection due to idle-in-transaction timeout")];

/// How many sessions are named one by one.
const NAMED: usize = 10;

/// Sessions that have been idle in a transaction for `limit` seconds or longer, the longest first; below it the finding is for information.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, idle: &[&Transaction], limit: i64, timeout_ms: i64) -> Finding {
    let longest = idle.iter().map(|session| session.seconds).max().unwrap_or_default();
    let severity = if longest >= limit { Severity::Warn } else { Severity::Info };
    let sessions = if idle.len() == 1 {
        "1 session is".to_owned()
    } else {
        format!("{} sessions are", idle.len())
    };
    let mut finding = KIND
        .found(format!("{sessions} idle in a transaction, the longest for {longest} s"))
        .severity(severity)
        .detail(format!(
            "They keep their slots and locks until they end. {} A warning is given from {limit} s on.",
            if timeout_ms == 0 {
                "No idle_in_transaction_session_timeout ends them.".to_owned()
            } else {
                format!("idle_in_transaction_session_timeout ends them after {timeout_ms} ms.")
            }
        ));
    for session in idle.iter().take(NAMED) {
        finding = finding.evidence(format!(
            "{}, from {}: {} for {} s, last statement {}",
            session.who, session.client, session.state, session.seconds, session.statement
        ));
    }
    let mut steps = vec![Step::new(
        Place::Code,
        "end the transaction (commit, rollback, or close the session) before the application waits for anything else; the sessions above name the application",
    )];
    let own = idle
        .iter()
        .any(|session| session.who.role == *role && session.who.database == *database);
    if timeout_ms == 0 && own {
        let place = format!("ROLE {} IN DATABASE {}", sql_ident(role.raw()), sql_ident(database.raw()));
        steps.push(
            Step::sql(
                database.raw(),
                "lets the server end what is forgotten: new sessions of the role that are idle in a transaction for five minutes are cut off, and rolled back",
                format!("ALTER {place} SET idle_in_transaction_session_timeout = '5min';"),
            )
            .undo(format!("ALTER {place} RESET idle_in_transaction_session_timeout;"))
            .actor("superuser"),
        );
    }
    finding.remedy(Remedy::new(
        "end the transactions in the application, and bound what is forgotten",
        steps,
    ))
}
