//! The sequences that column defaults use.

use serde::Deserialize;

use super::scope;
use crate::foreign::Foreign;
use crate::server::answer::Columns;
use crate::server::session::Row;
use crate::verdict::Breakage;

/// The question: one row for each that lacks USAGE and that a column's default uses, and one for each schema with such. The sequence of
/// an identity column needs no privilege of its own.
#[must_use]
pub fn sql(names: &[Foreign]) -> String {
    format!(
        "WITH {wanted}, {dormant},
seq AS (SELECT c.oid, c.relname, c.relnamespace, c.relowner, c.relacl FROM pg_class c WHERE c.relkind = 'S'),
{alike},
lacking AS (SELECT seq.* FROM {join} WHERE NOT acl.held),
used AS (SELECT q.oid, q.relname::text AS name, q.relowner, q.relnamespace, min(format('%I.%I.%I', n.nspname, c.relname, a.attname)) AS place,
           json_agg(DISTINCT n.nspname) AS schemas
         FROM lacking q JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = q.oid AND d.classid = 'pg_attrdef'::regclass
         JOIN pg_attrdef f ON f.oid = d.objid JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
         JOIN pg_class c ON c.oid = f.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN wanted w ON w.name = n.nspname
         WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND NOT {is_extensions} AND NOT {is_state}
           AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_class'::regclass AND i.objid = q.oid AND i.deptype = 'i')
         GROUP BY q.oid, q.relname, q.relowner, q.relnamespace)
SELECT kind, schema, name, answer::text FROM (
  SELECT 0 AS kind, n.nspname::text AS schema, '' AS name, json_build_object('others', CASE WHEN 2 * count(*) FILTER (WHERE seq.used) > count(*) THEN
     coalesce(json_agg(json_build_object('name', seq.relname, 'direct', EXISTS (SELECT FROM aclexplode(seq.relacl) x WHERE x.privilege_type = 'USAGE'
       AND x.grantee = (SELECT oid FROM pg_roles WHERE rolname = current_user)), 'held', has_sequence_privilege(seq.oid, 'USAGE'), 'identity',
       EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_class'::regclass AND i.objid = seq.oid AND i.deptype = 'i'))) FILTER (WHERE NOT seq.used), '[]') END) AS answer
  FROM (SELECT *, oid IN (SELECT oid FROM used) AS used FROM seq) seq JOIN pg_namespace n ON n.oid = seq.relnamespace
  WHERE seq.relnamespace IN (SELECT relnamespace FROM used) GROUP BY n.nspname
  UNION ALL
  SELECT 1, n.nspname::text, u.name, json_build_object('owner', pg_get_userbyid(u.relowner), 'column', u.place, 'table_schemas', u.schemas,
     'roles', CASE WHEN EXISTS (SELECT FROM dormant)
       THEN (SELECT json_agg(r.rolname ORDER BY r.rolname) FROM dormant r WHERE has_sequence_privilege(r.oid, u.oid, 'USAGE, UPDATE')) END)
  FROM used u JOIN pg_namespace n ON n.oid = u.relnamespace) answer
ORDER BY kind, schema, name",
        wanted = scope::wanted(names),
        dormant = scope::DORMANT,
        alike = scope::alike(
            "seq",
            "coalesce(has_sequence_privilege(g.oid, 'USAGE, UPDATE'), has_sequence_privilege(g.last, 'USAGE, UPDATE'), true) AS held"
        ),
        join = scope::join_alike("seq"),
        is_extensions = scope::IS_EXTENSIONS,
        is_state = scope::is_state(),
    )
}

/// A sequence that lacks USAGE.
#[derive(Debug, Clone)]
pub struct Sequence {
    pub schema: Foreign,
    pub name: Foreign,
    pub owner: Foreign,
    /// The column, as `schema.table.column`.
    pub column: Foreign,
    /// The schemas of the tables that use it.
    pub table_schemas: Vec<Foreign>,
    /// Roles that have it and that this role could become.
    pub roles: Vec<Foreign>,
}

/// A sequence that lacks nothing, and that a grant on the whole schema would touch.
#[derive(Debug, Clone, Deserialize)]
pub struct Other {
    pub name: Foreign,
    pub held: bool,
    /// An identity column's: whoever may insert draws from it.
    pub identity: bool,
    /// Granted to this very role.
    pub direct: bool,
}

/// The sequences.
#[derive(Debug, Default)]
pub struct SequencesSeen {
    pub lacking: Vec<Sequence>,
    /// The others of each schema with such; `None` where they are the majority.
    pub others: Vec<(Foreign, Option<Vec<Other>>)>,
}

#[derive(Deserialize)]
struct Others {
    others: Option<Vec<Other>>,
}

#[derive(Deserialize)]
struct SequenceRow {
    owner: Foreign,
    column: Foreign,
    table_schemas: Vec<Foreign>,
    roles: Option<Vec<Foreign>>,
}

impl SequencesSeen {
    /// Reads the answer.
    ///
    /// # Errors
    /// When it does not have the form asked for.
    pub fn read(rows: &[Row]) -> Result<Self, Breakage> {
        let mut seen = Self::default();
        for row in rows {
            let mut row = Columns::of(row);
            let (kind, schema, name) = (row.count()?, row.name()?, row.name()?);
            if kind == 0 {
                seen.others.push((schema, row.document::<Others>()?.others));
                continue;
            }
            let row: SequenceRow = row.document()?;
            seen.lacking.push(Sequence {
                schema,
                name,
                owner: row.owner,
                column: row.column,
                table_schemas: row.table_schemas,
                roles: row.roles.unwrap_or_default(),
            });
        }
        Ok(seen)
    }
}
