//! The schemas that are to be looked at, and whether there is anything in them to look at closely.

use std::collections::BTreeSet;

use super::privilege::Privilege;
use super::scope;
use crate::foreign::Foreign;
use crate::request::{Need, Request};
use crate::server::answer::Columns;
use crate::server::session::Row;
use crate::verdict::Breakage;

/// The question: one row for each schema. The relations in it are only counted: in sound databases that is all there is to ask, and
/// what names them costs more.
#[must_use]
pub fn sql(request: &Request) -> String {
    let needed: BTreeSet<_> = Privilege::needed(&request.needs).collect();
    let has = |word: &str| format!("coalesce(has_table_privilege(g.oid, '{word}'), has_table_privilege(g.last, '{word}'), true)");
    let mut reads = vec!["true".to_owned()];
    let mut writes = vec!["true".to_owned()];
    for privilege in needed {
        let group = if privilege == Privilege::Select { &mut reads } else { &mut writes };
        group.push(has(privilege.sql()));
    }
    let owned = if request.needs.contains(&Need::Ddl) {
        "pg_has_role(g.relowner, 'USAGE')"
    } else {
        "true"
    };
    let columns = format!(
        "{reads} AND {owned} AS reads, {writes} AS writes, has_table_privilege(g.oid, 'SELECT, INSERT, UPDATE, DELETE') AS any_held",
        reads = reads.join(" AND "),
        writes = writes.join(" AND "),
    );
    format!(
        "WITH {wanted}, {dormant},
rel AS (SELECT w.position, c.oid, c.relkind, c.relowner, c.relacl, c.relrowsecurity, {is_state} AS state, {is_extensions} AS extensions
        FROM wanted w JOIN pg_namespace n ON n.nspname = w.name JOIN pg_class c ON c.relnamespace = n.oid
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')),
{alike},
counted AS (SELECT rel.position, count(*) FILTER (WHERE NOT (state OR extensions)) AS looked_at,
    bool_or(NOT (state OR extensions) AND NOT (reads AND (writes OR relkind IN ('v', 'm')))) AS lacking, bool_or(relrowsecurity) AS row_security
  FROM {join} WHERE any_held IS NOT FALSE OR NOT state GROUP BY rel.position)
SELECT w.name, n.oid IS NOT NULL, coalesce(pg_get_userbyid(n.nspowner)::text, ''),
       coalesce(has_schema_privilege(n.oid, 'USAGE'), false), coalesce(has_schema_privilege(n.oid, 'CREATE'), false),
       coalesce(n.nspname = current_schema(), false),
       CASE WHEN NOT has_schema_privilege(n.oid, 'USAGE')
         THEN (SELECT json_agg(r.rolname ORDER BY r.rolname) FROM dormant r WHERE has_schema_privilege(r.oid, n.oid, 'USAGE')) END,
       coalesce(c.looked_at, 0), coalesce(c.lacking, false), coalesce(c.row_security, false)
FROM wanted w LEFT JOIN pg_namespace n ON n.nspname = w.name LEFT JOIN counted c ON c.position = w.position ORDER BY w.position",
        wanted = scope::wanted(request),
        dormant = scope::DORMANT,
        is_state = scope::is_state(),
        is_extensions = scope::IS_EXTENSIONS,
        alike = scope::alike("rel", &columns),
        join = scope::join_alike("rel"),
    )
}

/// One of them.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is one column of the answer")]
pub struct SchemaSeen {
    pub name: Foreign,
    pub exists: bool,
    pub owner: Foreign,
    pub usage: bool,
    pub create: bool,
    /// Whether unqualified names are created here.
    pub current: bool,
    /// Roles that may use it and that this role could become.
    pub roles: Vec<Foreign>,
    /// How many relations were judged.
    pub looked_at: i64,
    /// Whether one of them lacks something.
    pub lacking: bool,
    /// Whether one of them is under row-level security.
    pub row_security: bool,
}

impl SchemaSeen {
    /// Reads the answer.
    ///
    /// # Errors
    /// When it does not have the form asked for.
    pub fn read(rows: &[Row]) -> Result<Vec<Self>, Breakage> {
        rows.iter()
            .map(|row| {
                let mut row = Columns::of(row);
                Ok(Self {
                    name: row.name()?,
                    exists: row.flag()?,
                    owner: row.name()?,
                    usage: row.flag()?,
                    create: row.flag()?,
                    current: row.flag()?,
                    roles: row.names()?,
                    looked_at: row.count()?,
                    lacking: row.flag()?,
                    row_security: row.flag()?,
                })
            })
            .collect()
    }

    /// Whether the relations have to be looked at one by one: something lacks, a policy may hide rows, a name may stand in two
    /// schemas of the path, or there is nothing where it was looked for.
    #[must_use]
    pub fn call_for_a_closer_look(schemas: &[Self], request: &Request) -> bool {
        let filled = schemas.iter().filter(|schema| schema.looked_at > 0).count();
        let by_path = request.schemas.is_empty() && filled != 1;
        by_path || schemas.iter().any(|schema| schema.lacking || schema.row_security)
    }
}
