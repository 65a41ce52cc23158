use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pool::seen::{Blocker, Wait};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "blocked",
    severity: Severity::Warn,
    title: "sessions wait for locks",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("canceling statement due to lock timeout"),
    Text::new("ERROR: deadlock detected"),
    Text::new("OperationalError: deadlock detected"),
    Text::near_driver("deadlock detected"),
    Text::new("could not obtain lock on"),
];

/// How many sessions are named one by one.
const NAMED: usize = 10;

/// Sessions that wait, the longest first; `grave` where one has waited for long enough to matter.
#[must_use]
pub fn finding(database: &Foreign, waits: &[Wait], grave: bool) -> Finding {
    let longest = waits.iter().filter_map(|wait| wait.seconds).max();
    let sessions = if waits.len() == 1 { "1 session waits".to_owned() } else { format!("{} sessions wait", waits.len()) };
    let since = longest.map_or_else(String::new, |longest| format!(", the longest for {longest} s"));
    let mut finding = KIND
        .found(format!("{sessions} for locks that others hold{since}"))
        .severity(if grave { Severity::Warn } else { Severity::Info })
        .detail("Each keeps its slot while it waits, and so does everything that queues up behind it. The session at the head of the queue waits for no lock itself.");
    let mut heads: Vec<&Blocker> = Vec::new();
    for wait in waits.iter().take(NAMED) {
        let what = wait
            .table
            .as_ref()
            .map_or_else(|| format!("a lock ({})", wait.lock), |table| format!("a lock on {table}"));
        let since = wait.seconds.map_or_else(String::new, |seconds| format!(" for {seconds} s"));
        let statement = wait.statement.as_ref().map_or_else(String::new, |statement| format!(", to run {statement}"));
        finding = finding.evidence(format!("{} waits{since} for {what}, mode {}{statement}", wait.who, wait.mode));
        if !wait.blockers.is_empty() {
            finding = finding.evidence(format!("queue: {}", wait.chain(waits)));
        }
        for head in wait.heads(waits) {
            if !heads.iter().any(|known| known.pid == head.pid) {
                heads.push(head);
            }
        }
    }
    for head in heads {
        finding = finding.evidence(format!("head of the queue: {head}"));
    }
    finding.remedy(Remedy::new(
        "find the session at the head of the queue, and end its transaction where it was opened",
        [
            Step::sql(
                database.raw(),
                "shows who waits, for whom, and what those do",
                "SELECT w.pid AS waits, w.query AS waiting_query, b.pid AS holds, b.usename, b.application_name, b.state, now() - b.xact_start AS open_for, b.query FROM \
                 pg_stat_activity w CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS h(pid) JOIN pg_stat_activity b ON b.pid = h.pid WHERE w.wait_event_type = 'Lock';",
            )
            .actor("superuser"),
            Step::new(
                Place::AppHost,
                "end the transaction in the application that holds the lock; pg_cancel_backend(pid) cancels its statement, pg_terminate_backend(pid) ends its session \
                 and rolls its work back",
            ),
        ],
    ))
}
