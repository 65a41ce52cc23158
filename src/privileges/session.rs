//! Who the session is, and whether it can write.

use super::setting::{self, SetBy};
use crate::foreign::Foreign;
use crate::server::answer::Columns;
use crate::server::session::Row;
use crate::verdict::Breakage;

/// The question.
#[must_use]
pub fn sql() -> String {
    format!(
        "WITH sequences AS (SELECT min(c.oid) AS oid, count(*) AS number FROM pg_class c WHERE c.relkind = 'S' GROUP BY c.relowner, c.relacl)
SELECT current_user::text, session_user::text, current_database()::text, pg_get_userbyid(d.datdba)::text,
       has_database_privilege(session_user, d.oid, 'CONNECT'), has_database_privilege(d.oid, 'CREATE'),
       r.rolsuper, r.oid = 10, pg_is_in_recovery(), {read_only}, {row_security}, current_setting('search_path'),
       (SELECT json_agg(n.nspname ORDER BY n.nspname) FROM (SELECT nspname FROM pg_namespace
         WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname LIMIT 50) n),
       (SELECT coalesce(sum(g.number), 0) FROM sequences g), EXISTS (SELECT FROM sequences g WHERE NOT has_sequence_privilege(g.oid, 'USAGE, UPDATE'))
FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user",
        read_only = setting::columns("default_transaction_read_only", "on"),
        row_security = setting::columns("row_security", "off"),
    )
}

/// The answer.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is one column of the answer")]
pub struct SessionSeen {
    /// The role whose privileges count.
    pub role: Foreign,
    /// The role that logged in; another one after `SET ROLE`, or with `ALTER ROLE … SET role`.
    pub login: Foreign,
    pub database: Foreign,
    pub database_owner: Foreign,
    pub may_connect: bool,
    pub may_create_schemas: bool,
    pub superuser: bool,
    /// The role that `initdb` made: it cannot lose its attribute.
    pub bootstrap: bool,
    pub standby: bool,
    /// Where `default_transaction_read_only` was set, where it is on.
    pub read_only: Option<SetBy>,
    /// Where `row_security` was set, where it is off: what a policy would filter is refused.
    pub refuses_filtered: Option<SetBy>,
    pub search_path: Foreign,
    /// The first fifty schemas of the database.
    pub schemas: Vec<Foreign>,
    /// How many sequences the database has.
    pub sequences: i64,
    /// Whether one of them may not be used.
    pub lacks_sequences: bool,
}

impl SessionSeen {
    /// Reads the answer.
    ///
    /// # Errors
    /// When it does not have the form asked for, as for each of the questions.
    pub fn read(rows: &[Row]) -> Result<Self, Breakage> {
        let row = rows
            .first()
            .ok_or_else(|| Breakage("the server does not list the session's own database and role".to_owned()))?;
        let mut row = Columns::of(row);
        Ok(Self {
            role: row.name()?,
            login: row.name()?,
            database: row.name()?,
            database_owner: row.name()?,
            may_connect: row.flag()?,
            may_create_schemas: row.flag()?,
            superuser: row.flag()?,
            bootstrap: row.flag()?,
            standby: row.flag()?,
            read_only: set_by(&mut row)?,
            refuses_filtered: set_by(&mut row)?,
            search_path: row.name()?,
            schemas: row.names()?,
            sequences: row.count()?,
            lacks_sequences: row.flag()?,
        })
    }
}

fn set_by(row: &mut Columns<'_>) -> Result<Option<SetBy>, Breakage> {
    let is_set = row.flag()?;
    let place = row.json()?;
    Ok(is_set.then(|| SetBy::of(place)))
}
