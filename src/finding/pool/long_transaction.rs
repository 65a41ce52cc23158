use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pool::seen::Transaction;
use crate::remedy::{Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "long-transaction",
    severity: Severity::Warn,
    title: "a transaction has been running for long",
};

/// How many sessions are named one by one.
const NAMED: usize = 10;

/// Transactions that have been running for long; `grave` beyond an hour.
#[must_use]
pub fn finding(database: &Foreign, long: &[&Transaction], grave: bool) -> Finding {
    let longest = long.iter().map(|session| session.seconds).max().unwrap_or_default();
    let mut finding = KIND
        .found(match long {
            [_] => format!("1 transaction has been running for {longest} s"),
            many => format!("{} transactions have been running for long, the longest for {longest} s", many.len()),
        })
        .severity(if grave { Severity::Warn } else { Severity::Info })
        .detail("It keeps its locks and holds back vacuum until it ends. Whether that is as it should be (a report, a backup) cannot be seen from here.");
    for session in long.iter().take(NAMED) {
        finding = finding.evidence(format!(
            "{}, from {}: open for {} s, now {}",
            session.who, session.client, session.seconds, session.statement
        ));
    }
    finding
        .candidate("a report, an export or a backup that takes its time", "ask whoever runs the application that is named above")
        .candidate("a query with a bad plan", "look at its statement with the query below, and EXPLAIN it")
        .candidate("a statement that waits for a lock", "wait_event_type is \"Lock\" in the query below")
        .remedy(Remedy::new(
            "look at what runs",
            [Step::sql(
                database.raw(),
                "shows the statements, and what they wait for",
                "SELECT pid, usename, application_name, now() - xact_start AS open_for, wait_event_type, query FROM pg_stat_activity WHERE state = 'active' AND \
                 xact_start < now() - interval '5 minutes' ORDER BY xact_start;",
            )
            .actor("superuser")],
        ))
}
