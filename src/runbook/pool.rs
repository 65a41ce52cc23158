//! Who holds the server's connections, and who waits.

use super::{Section, Step, sql};
use crate::finding::pool::{
    blocked, connection_leak, idle_in_transaction, idle_timeout, long_transaction, near_limit, pooler_exceeds_capacity, pooler_limit,
    pooler_waiting, prepared_transaction, transaction_pooling,
};
use crate::layer::Layer;

pub fn section() -> Section {
    let limits = sql::step(
        "How many connections there are, and how many there may be; -1 is no limit.",
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL) AS used,\n       \
         current_setting('max_connections') AS max_connections, current_setting('superuser_reserved_connections') AS reserved,\n       \
         r.rolconnlimit AS role_limit, d.datconnlimit AS database_limit\n\
         FROM pg_roles r, pg_database d WHERE r.rolname = session_user AND d.datname = current_database()",
    )
    .good("used is far below max_connections less the reserved, and the limits are -1 or high")
    .shows("used is close to one of them", &near_limit::KIND);
    let holders = sql::step(
        "Who holds them.",
        "SELECT usename, datname, application_name, client_addr, state, count(*)\n\
         FROM pg_stat_activity WHERE datid IS NOT NULL GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC LIMIT 20",
    )
    .good("the application's own, mostly idle")
    .shows("many \"idle in transaction\"", &idle_in_transaction::KIND);
    let transactions = sql::step(
        "The oldest transactions.",
        "SELECT pid, usename, application_name, state, now() - xact_start AS age\n\
         FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 10",
    )
    .good("ages of seconds")
    .shows("idle in transaction for minutes", &idle_in_transaction::KIND)
    .shows("active for hours", &long_transaction::KIND);
    let waits = sql::step(
        "Who waits for a lock.",
        "SELECT l.pid, a.usename, l.locktype, l.mode, l.relation::regclass, now() - a.query_start AS since\n\
         FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted ORDER BY since DESC",
    )
    .good("(0 rows)")
    .shows("rows that stay", &blocked::KIND);
    let prepared = sql::step(
        "What was prepared for a commit in two phases, and waits for it.",
        "SELECT gid, owner, database, now() - prepared AS age FROM pg_prepared_xacts ORDER BY prepared",
    )
    .good("(0 rows), or ages of seconds")
    .shows("ages of minutes", &prepared_transaction::KIND);
    let quiet = sql::step(
        "Which clients hold connections that have said nothing for ten minutes.",
        "SELECT client_addr, usename, application_name, count(*), min(backend_start) AS first\n\
         FROM pg_stat_activity WHERE state = 'idle' AND state_change < now() - interval '10 minutes' GROUP BY 1, 2, 3 ORDER BY 4 DESC",
    )
    .good("no more from one client than its pools keep")
    .shows("many from one client", &connection_leak::KIND);
    let idle = sql::step(
        "What ends idle connections, on the server's side; 0 is nothing.",
        "SELECT name, setting, unit FROM pg_settings\n\
         WHERE name IN ('idle_session_timeout', 'idle_in_transaction_session_timeout', 'tcp_keepalives_idle') ORDER BY name",
    )
    .good("idle_session_timeout is 0, or longer than the application's pool keeps a connection")
    .shows("idle_session_timeout is shorter", &idle_timeout::KIND);
    let console = Step::new(
        "psql",
        "The console of PgBouncer, where one stands in front. It is for the users in admin_users and stats_users; Odyssey calls the database console.",
        "PGDATABASE=pgbouncer psql -X -w -c 'SHOW POOLS' -c 'SHOW DATABASES' -c 'SHOW CONFIG' || true",
    )
    .good("database \"pgbouncer\" does not exist: PostgreSQL itself answers; or cl_waiting is 0, and the pool_size of all pools together is below the server's connections")
    .shows("cl_waiting stays above 0", &pooler_waiting::KIND)
    .shows("cl_active and cl_waiting of all pools together are close to max_client_conn", &pooler_limit::KIND)
    .shows("pool_size × pools is more than the server has", &pooler_exceeds_capacity::KIND)
    .shows("pool_mode is transaction or statement", &transaction_pooling::KIND);
    let steps = vec![limits, holders, transactions, waits, prepared, quiet, idle, console];
    Section::layer(Layer::Pool, steps)
}
