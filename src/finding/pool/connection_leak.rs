use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::pool::seen::Client;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "connection-leak",
    severity: Severity::Warn,
    title: "a client holds connections that it does not use",
};

/// How many clients are named one by one.
const NAMED: usize = 5;

/// Shows since when each is idle.
const IDLE: &str = "SELECT client_addr, application_name, pid, backend_start, now() - state_change AS idle_for, left(query, 60) AS last FROM pg_stat_activity \
                    WHERE backend_type = 'client backend' AND state = 'idle' ORDER BY state_change;";

/// Client hosts that hold many connections of which most say nothing, the largest first; of `usable` slots in all.
#[must_use]
pub fn finding(clients: &[&Client], usable: i64) -> Finding {
    let most = clients.iter().max_by_key(|client| client.quiet);
    let title = most.map_or_else(String::new, |client| {
        format!(
            "{} holds {} connections, {} of them idle for more than ten minutes",
            client.address, client.count, client.quiet
        )
    });
    let grave = clients.iter().any(|client| client.quiet.saturating_mul(2) >= usable);
    let mut finding = KIND
        .found(title)
        .severity(if grave { Severity::Warn } else { Severity::Info })
        .detail(format!(
            "Each takes one of the {usable} slots and does nothing with it. A pool keeps some connections open on purpose; connections beyond what the pools of that \
             host may keep are a leak."
        ));
    for client in clients.iter().take(NAMED) {
        finding = finding.evidence(client.to_string());
    }
    finding
        .candidate(
            "the pools are larger than the load needs",
            "processes on that host × pool size (without the overflow) comes to about as many",
        )
        .candidate(
            "the application opens connections and does not give them back",
            "there are more than processes × (pool size + overflow), and their number grows between restarts",
        )
        .candidate(
            "processes of an earlier release are still running",
            "the query below shows sessions that began before the last deployment",
        )
        .remedy(Remedy::new(
            "compare the idle connections with what the pools of that host may keep",
            [
                Step::sql("postgres", "shows the idle sessions, since when, and what they did last", IDLE).actor("superuser"),
                Step::new(
                    Place::AppConfig,
                    "make the pools smaller, or let them close what is not used (psycopg_pool: max_idle, asyncpg: max_inactive_connection_lifetime, Django: a shorter CONN_MAX_AGE)",
                ),
            ],
        ))
}
