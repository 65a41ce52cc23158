//! The questions to the server's statistics.
//!
//! Without `pg_read_all_stats` other roles' sessions show who and where, but NULL for state, kind and times. Counting client backends
//! would then count one's own alone, and counting all rows would count background processes; regular backends are those with a database
//! and a role. That over-counts parallel and replication workers, and so is approximate.
//!
//! The functions are asked and not the views that join them with catalogues (`pg_stat_activity`, `pg_prepared_xacts`): to take such a view
//! apart takes a session that has just begun longer than to run it.

/// Who this is, and the limits that bind it. The limit of a role binds the role that logged in. Superusers are members of every role.
pub const LIMITS: &str = "\
SELECT pg_backend_pid(), current_user, session_user, current_database(), current_setting('max_connections'), current_setting('superuser_reserved_connections'),
       nullif(current_setting('reserved_connections', true), ''), nullif(current_setting('rds.rds_superuser_reserved_connections', true), ''),
       r.rolsuper, coalesce(pg_has_role(session_user, to_regrole('pg_use_reserved_connections'), 'USAGE'), false),
       coalesce(pg_has_role(to_regrole('pg_read_all_stats'), 'USAGE'), false), r.rolconnlimit, d.datconnlimit,
       current_setting('idle_in_transaction_session_timeout'), current_setting('idle_session_timeout', true), current_setting('tcp_keepalives_idle', true)
FROM pg_roles r, pg_database d WHERE r.rolname = session_user AND d.datname = current_database()";

/// Every other session that holds a slot: one row for each. Of open transactions in this database the statement is shown; a session waits
/// for a lock where it has asked for one that it was not given, which everybody sees.
pub const SESSIONS: &str = "\
SELECT a.pid, coalesce(pg_get_userbyid(a.usesysid), '?'), coalesce((SELECT d.datname FROM pg_database d WHERE d.oid = a.datid), '?'),
       coalesce(a.application_name, ''), a.datid IS NOT NULL AND a.usesysid IS NOT NULL, a.backend_type, a.state,
       a.client_addr, a.backend_start IS NOT NULL, extract(epoch FROM clock_timestamp() - a.state_change), extract(epoch FROM clock_timestamp() - a.xact_start),
       CASE WHEN a.xact_start IS NOT NULL AND a.datid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) THEN left(a.query, 400) END,
       a.pid IN (SELECT l.pid FROM pg_locks l WHERE NOT l.granted AND l.pid IS NOT NULL)
FROM pg_stat_get_activity(NULL) a
WHERE a.pid <> pg_backend_pid() AND (a.backend_type = 'client backend' OR a.datid IS NOT NULL AND a.usesysid IS NOT NULL)";

/// How long a statement of the application may run: the limit of the doctor's own is put aside for this question.
pub const STATEMENT_LIMIT: &str = "SET LOCAL statement_timeout TO DEFAULT; SHOW statement_timeout";

/// Where that was set, in the words of `pg_settings.source`: no row where it was neither for a role nor for a database. The view itself
/// would tell of the doctor's own limit.
pub const STATEMENT_LIMIT_SET_BY: &str = "\
SELECT CASE WHEN s.setrole <> '0' AND s.setdatabase <> '0' THEN 'database user' WHEN s.setrole <> '0' THEN 'user' WHEN s.setdatabase <> '0' THEN 'database' ELSE 'global' END
FROM pg_db_role_setting s
WHERE s.setrole IN ('0', (SELECT r.oid FROM pg_roles r WHERE r.rolname = session_user))
  AND s.setdatabase IN ('0', (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
  AND EXISTS (SELECT FROM unnest(s.setconfig) AS c(setting) WHERE c.setting LIKE 'statement\\_timeout=%')
ORDER BY s.setrole <> '0' DESC, s.setdatabase <> '0' DESC LIMIT 1";

/// Who waits for a lock in this database, and who is in the way: asked where somebody does. Since when is known from version 14 on; before, only
/// for sessions whose statement is visible. `pg_blocking_pids` stops the whole lock table for a moment, and so is called for a few
/// sessions that really wait. A transaction that is prepared and waits for its commit has the pid 0.
pub const WAITS: &str = "\
WITH waiting AS MATERIALIZED (
SELECT l.pid, coalesce(a.usename::text, '?') AS role, coalesce(a.datname::text, '?') AS database, coalesce(a.application_name, '') AS application, l.locktype, l.mode,
       CASE WHEN l.locktype = 'relation' AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            THEN (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = l.relation) END AS name,
       extract(epoch FROM clock_timestamp() - coalesce((to_jsonb(l) ->> 'waitstart')::timestamptz, a.query_start))::bigint AS seconds,
       CASE WHEN a.state IS NOT NULL THEN left(a.query, 400) END AS query
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE NOT l.granted AND l.pid IS NOT NULL AND a.datname = current_database() ORDER BY 8 DESC NULLS LAST, 1 LIMIT 20)
SELECT w.*, (SELECT json_agg(json_build_object('pid', h.pid, 'role', b.usename, 'database', b.datname, 'application', b.application_name, 'state', b.state,
                    'seconds', extract(epoch FROM clock_timestamp() - b.xact_start)::bigint, 'query', CASE WHEN b.state IS NOT NULL THEN left(b.query, 400) END))
             FROM (SELECT DISTINCT unnest(pg_blocking_pids(w.pid)) AS pid) h LEFT JOIN pg_stat_activity b ON b.pid = h.pid)
FROM waiting w";

/// Transactions that were prepared and wait for their commit; everybody sees them.
pub const PREPARED: &str = "\
SELECT p.gid, pg_get_userbyid(p.ownerid), (SELECT d.datname FROM pg_database d WHERE d.oid = p.dbid), extract(epoch FROM clock_timestamp() - p.prepared)
FROM pg_prepared_xact() p";

/// Databases in which vacuum is far behind: from the age on at which it would drop all else (the default of `vacuum_failsafe_age`), the
/// oldest first. The greatest number stands for IDs that have no age, in servers that have no vacuum.
pub const AGES: &str = "\
SELECT d.datname::text, d.datallowconn, coalesce(nullif(age(d.datfrozenxid), 2147483647), 0), coalesce(nullif(mxid_age(d.datminmxid), 2147483647), 0)
FROM pg_database d
WHERE greatest(nullif(age(d.datfrozenxid), 2147483647), nullif(mxid_age(d.datminmxid), 2147483647)) >= 1600000000
ORDER BY greatest(age(d.datfrozenxid), mxid_age(d.datminmxid)) DESC, 1 LIMIT 20";
