//! Who the session is, and whether it can write.

use crate::foreign::Foreign;
use crate::server::answer::Columns;
use crate::server::session::Row;
use crate::verdict::Breakage;

/// The question. OIDs are compared with text, which becomes one; a number would have the server look through all operators.
pub const SQL: &str = "\
SELECT current_user, session_user, current_database(), pg_get_userbyid(d.datdba),
       has_database_privilege(session_user, d.oid, 'CONNECT'), has_database_privilege(d.oid, 'CREATE'),
       r.rolsuper, r.oid = '10', pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on', current_setting('row_security') = 'off',
       current_setting('search_path'), coalesce(current_schema(), ''),
       coalesce(pg_has_role(to_regrole('pg_read_all_data'), 'USAGE'), false), coalesce(pg_has_role(to_regrole('pg_write_all_data'), 'USAGE'), false)
FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user";

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
    /// `default_transaction_read_only` is on.
    pub read_only: bool,
    /// `row_security` is off: what a policy would filter is refused.
    pub refuses_filtered: bool,
    pub search_path: Foreign,
    /// The schema in which unqualified names are created; empty is none.
    pub current_schema: Foreign,
    /// Has the privileges of `pg_read_all_data`.
    pub reads_all: bool,
    /// Has the privileges of `pg_write_all_data`.
    pub writes_all: bool,
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
            read_only: row.flag()?,
            refuses_filtered: row.flag()?,
            search_path: row.name()?,
            current_schema: row.name()?,
            reads_all: row.flag()?,
            writes_all: row.flag()?,
        })
    }
}
