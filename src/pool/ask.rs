//! The questions to the server's statistics.
//!
//! Without `pg_read_all_stats` other roles' rows in `pg_stat_activity` show who and where, but NULL for state, kind and times.
//! Counting client backends would then count one's own alone, and counting all rows would count background processes; regular
//! backends are those with a database. That over-counts autovacuum and parallel workers, and so is approximate.

/// Limits and counts; this session itself is not counted. The limit of a role binds the role that logged in.
pub const LIMITS: &str = "\
WITH me AS (SELECT r.oid, r.rolsuper, r.rolconnlimit FROM pg_roles r WHERE r.rolname = session_user),
sight AS (SELECT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = current_user AND r.rolsuper)
              OR EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'pg_read_all_stats' AND pg_has_role(r.oid, 'USAGE')) AS whole),
others AS (SELECT a.* FROM pg_stat_activity a CROSS JOIN sight WHERE a.pid <> pg_backend_pid()
             AND CASE WHEN sight.whole THEN a.backend_type = 'client backend' ELSE a.datid IS NOT NULL END)
SELECT pg_backend_pid(), current_user::text, session_user::text, current_database()::text,
       current_setting('max_connections'), current_setting('superuser_reserved_connections'),
       nullif(current_setting('reserved_connections', true), ''),
       nullif(current_setting('rds.rds_superuser_reserved_connections', true), ''),
       me.rolsuper, EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'pg_use_reserved_connections' AND pg_has_role(session_user, r.oid, 'USAGE')),
       (SELECT whole FROM sight), me.rolconnlimit, (SELECT d.datconnlimit FROM pg_database d WHERE d.datname = current_database()),
       (SELECT count(*) FROM others), (SELECT count(*) FROM others o WHERE o.usesysid = me.oid),
       (SELECT count(*) FROM others o WHERE o.datname = current_database()),
       (SELECT count(*) FROM others o WHERE o.usesysid = me.oid AND o.datname = current_database()),
       (SELECT count(*) FROM pg_prepared_xacts),
       (SELECT s.setting FROM pg_settings s WHERE s.name = 'idle_in_transaction_session_timeout')
FROM me";

/// Who holds the slots, the most first.
pub const HOLDERS: &str = "\
SELECT coalesce(a.usename::text, '?'), coalesce(a.datname::text, '?'), coalesce(a.application_name, ''), count(*)
FROM pg_stat_activity a WHERE a.datid IS NOT NULL AND a.usesysid IS NOT NULL AND a.pid <> pg_backend_pid()
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 5";

/// Open transactions of this database, as far as they are visible, the oldest first: those idle, then those that run a statement. Ages are in seconds.
pub const TRANSACTIONS: &str = "\
SELECT a.pid, coalesce(a.usename::text, '?'), coalesce(a.datname::text, '?'), coalesce(a.application_name, ''),
       coalesce(host(a.client_addr), 'local socket'), a.state LIKE 'idle in transaction%',
       greatest(0, extract(epoch FROM clock_timestamp() - CASE WHEN a.state LIKE 'idle in transaction%' THEN a.state_change ELSE a.xact_start END))::bigint,
       a.state
FROM pg_stat_activity a
WHERE a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL AND a.datname = current_database()
  AND (a.state LIKE 'idle in transaction%' OR a.state = 'active') AND a.backend_type = 'client backend'
ORDER BY 6 DESC, 7 DESC LIMIT 50";

/// Who waits for a lock in this database; `pg_locks` shows that to everybody. Since when is known from version 14 on; before, only for sessions
/// whose statement is visible. `pg_blocking_pids` is not called: it stops the whole lock table.
pub const WAITS: &str = "\
SELECT l.pid, coalesce(a.usename::text, '?'), coalesce(a.datname::text, '?'), coalesce(a.application_name, ''), l.locktype, l.mode,
       CASE WHEN l.locktype = 'relation' AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            THEN (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = l.relation) END,
       greatest(0, extract(epoch FROM clock_timestamp() - coalesce((to_jsonb(l) ->> 'waitstart')::timestamptz, a.query_start)))::bigint
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE NOT l.granted AND l.pid IS NOT NULL AND a.datname = current_database() ORDER BY 8 DESC NULLS LAST, 1 LIMIT 50";
