//! The questions to the server's statistics.
//!
//! Without `pg_read_all_stats` other roles' rows in `pg_stat_activity` show who and where, but NULL for state, kind and times.
//! Counting client backends would then count one's own alone, and counting all rows would count background processes; regular
//! backends are those with a database and a role. That over-counts parallel and replication workers, and so is approximate.

/// Limits and counts; this session itself is not counted. The limit of a role binds the role that logged in.
pub const LIMITS: &str = "\
WITH me AS (SELECT r.oid, r.rolsuper, r.rolconnlimit FROM pg_roles r WHERE r.rolname = session_user),
sight AS (SELECT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = current_user AND r.rolsuper)
              OR EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'pg_read_all_stats' AND pg_has_role(r.oid, 'USAGE')) AS whole),
others AS (SELECT a.* FROM pg_stat_activity a CROSS JOIN sight WHERE a.pid <> pg_backend_pid()
             AND CASE WHEN sight.whole THEN a.backend_type = 'client backend' ELSE a.datid IS NOT NULL AND a.usesysid IS NOT NULL END)
SELECT pg_backend_pid(), current_user::text, session_user::text, current_database()::text,
       current_setting('max_connections'), current_setting('superuser_reserved_connections'),
       nullif(current_setting('reserved_connections', true), ''),
       nullif(current_setting('rds.rds_superuser_reserved_connections', true), ''),
       me.rolsuper, EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'pg_use_reserved_connections' AND pg_has_role(session_user, r.oid, 'USAGE')),
       (SELECT whole FROM sight), me.rolconnlimit, (SELECT d.datconnlimit FROM pg_database d WHERE d.datname = current_database()),
       (SELECT count(*) FROM others), (SELECT count(*) FROM others o WHERE o.usesysid = me.oid),
       (SELECT count(*) FROM others o WHERE o.datname = current_database()),
       (SELECT count(*) FROM others o WHERE o.usesysid = me.oid AND o.datname = current_database()),
       (SELECT json_object_agg(s.name, s.setting) FROM pg_settings s
        WHERE s.name IN ('idle_in_transaction_session_timeout', 'idle_session_timeout', 'tcp_keepalives_idle', 'max_prepared_transactions'))
FROM me";

/// Who holds the slots, in which state and from where, the most first. State and client are NULL where they cannot be seen; `quiet` are
/// those that have said nothing for ten minutes.
pub const SESSIONS: &str = "\
SELECT coalesce(a.usename::text, '?'), coalesce(a.datname::text, '?'), coalesce(a.application_name, ''), a.state,
       CASE WHEN a.backend_start IS NOT NULL THEN coalesce(host(a.client_addr), 'local socket') END, count(*),
       count(*) FILTER (WHERE a.state = 'idle' AND a.state_change < clock_timestamp() - interval '10 minutes')
FROM pg_stat_activity a
WHERE a.datid IS NOT NULL AND a.usesysid IS NOT NULL AND a.pid <> pg_backend_pid() AND coalesce(a.backend_type, 'client backend') = 'client backend'
GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC, 1, 2, 3, 4, 5 LIMIT 500";

/// Open transactions of this database, as far as they are visible, the oldest first: those idle, then those that run a statement. Ages are in seconds.
pub const TRANSACTIONS: &str = "\
SELECT a.pid, coalesce(a.usename::text, '?'), coalesce(a.datname::text, '?'), coalesce(a.application_name, ''),
       coalesce(host(a.client_addr), 'local socket'), a.state LIKE 'idle in transaction%',
       greatest(0, extract(epoch FROM clock_timestamp() - CASE WHEN a.state LIKE 'idle in transaction%' THEN a.state_change ELSE a.xact_start END))::bigint,
       a.state, left(a.query, 400)
FROM pg_stat_activity a
WHERE a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL AND a.datname = current_database()
  AND (a.state LIKE 'idle in transaction%' OR a.state = 'active') AND a.backend_type = 'client backend'
ORDER BY 6 DESC, 7 DESC LIMIT 50";

/// Who waits for a lock in this database, and who is in the way; `pg_locks` shows the former to everybody. Since when is known from version 14 on;
/// before, only for sessions whose statement is visible. `pg_blocking_pids` stops the whole lock table for a moment, and so is called for a few
/// sessions that really wait, and otherwise not at all. A transaction that is prepared and waits for its commit has the pid 0.
pub const WAITS: &str = "\
WITH waiting AS MATERIALIZED (
SELECT l.pid, coalesce(a.usename::text, '?') AS role, coalesce(a.datname::text, '?') AS database, coalesce(a.application_name, '') AS application, l.locktype, l.mode,
       CASE WHEN l.locktype = 'relation' AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            THEN (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = l.relation) END AS name,
       greatest(0, extract(epoch FROM clock_timestamp() - coalesce((to_jsonb(l) ->> 'waitstart')::timestamptz, a.query_start)))::bigint AS seconds,
       CASE WHEN a.state IS NOT NULL THEN left(a.query, 400) END AS query
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE NOT l.granted AND l.pid IS NOT NULL AND a.datname = current_database() ORDER BY 8 DESC NULLS LAST, 1 LIMIT 20)
SELECT w.*, (SELECT json_agg(json_build_object('pid', h.pid, 'role', b.usename, 'database', b.datname, 'application', b.application_name, 'state', b.state,
                    'seconds', greatest(0, extract(epoch FROM clock_timestamp() - b.xact_start))::bigint, 'query', CASE WHEN b.state IS NOT NULL THEN left(b.query, 400) END))
             FROM (SELECT DISTINCT unnest(pg_blocking_pids(w.pid)) AS pid) h LEFT JOIN pg_stat_activity b ON b.pid = h.pid)
FROM waiting w";

/// Transactions that were prepared and wait for their commit, the oldest first; everybody sees them.
pub const PREPARED: &str = "\
SELECT p.gid, p.owner::text, p.database::text, greatest(0, extract(epoch FROM clock_timestamp() - p.prepared))::bigint
FROM pg_prepared_xacts p ORDER BY 4 DESC LIMIT 100";

/// Databases in which vacuum is far behind: from the age on at which it would drop all else (the default of `vacuum_failsafe_age`), the
/// oldest first. The greatest number stands for IDs that have no age, in servers that have no vacuum.
pub const AGES: &str = "\
SELECT d.datname::text, d.datallowconn, coalesce(nullif(age(d.datfrozenxid), 2147483647), 0), coalesce(nullif(mxid_age(d.datminmxid), 2147483647), 0)
FROM pg_database d
WHERE greatest(nullif(age(d.datfrozenxid), 2147483647), nullif(mxid_age(d.datminmxid), 2147483647)) >= 1600000000
ORDER BY greatest(age(d.datfrozenxid), mxid_age(d.datminmxid)) DESC, 1 LIMIT 20";
