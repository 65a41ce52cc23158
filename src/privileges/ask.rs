//! The questions to the catalogue. Everything is looked up by OID: the functions that take a name raise an error where the
//! role may not use the schema, and none of these waits for a lock that a migration holds.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::privilege::Privilege;
use crate::migrations::tools::is_state_table_sql;
use crate::quote;
use crate::request::{Need, Request};

/// Who the session is, and whether it can write.
pub const SESSION: &str = "\
SELECT current_user::text, session_user::text, current_database()::text, pg_get_userbyid(d.datdba)::text,
       has_database_privilege(session_user, d.oid, 'CONNECT'), has_database_privilege(d.oid, 'CREATE'),
       (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user),
       (SELECT r.oid = 10 FROM pg_roles r WHERE r.rolname = current_user),
       pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on',
       (SELECT s.source FROM pg_settings s WHERE s.name = 'default_transaction_read_only'),
       current_setting('search_path'),
       (SELECT json_agg(n.nspname ORDER BY n.nspname) FROM (SELECT nspname FROM pg_namespace
         WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname LIMIT 50) n)
FROM pg_database d WHERE d.datname = current_database()";

/// Roles that this one may become with SET ROLE, but whose privileges it does not inherit.
const DORMANT: &str = "\
dormant AS (SELECT r.oid, r.rolname FROM pg_roles r
  WHERE pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
    AND NOT pg_has_role(r.oid, 'USAGE'))";

/// The relations of the schemas looked at; `member` are those that the application has no use for: an extension's, and what
/// migration tools keep their state in. Of the latter those without any privilege are left out altogether, so that they do not
/// stand in the way of a grant on the whole schema.
fn all_relations() -> String {
    let is_state = is_state_table_sql("c.oid", "c.relname");
    format!(
        "\
scope AS (SELECT w.position, n.oid, n.nspname FROM wanted w JOIN pg_namespace n ON n.nspname = w.name),
rel AS (SELECT s.position, s.oid AS nspoid, s.nspname, c.oid, c.relname, c.relkind, c.relowner, c.relispartition,
          c.state OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS member
        FROM scope s JOIN (SELECT c.oid, c.relname, c.relnamespace, c.relkind, c.relowner, c.relispartition, {is_state} AS state FROM pg_class c) c ON c.relnamespace = s.oid
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND NOT (c.state AND NOT has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE')))"
    )
}

/// The schemas to look at: those named, else those of the search path. `current_schemas()` would leave out those that the role
/// may not use, so the path is taken apart here.
fn wanted(request: &Request) -> String {
    if request.schemas.is_empty() {
        return "\
wanted AS (SELECT min(p.position) AS position, p.name FROM (
    SELECT t.position, CASE WHEN t.token[1] IN ('$user', '\"$user\"') THEN current_user::text
                            WHEN t.token[1] LIKE '\"%' THEN replace(substr(t.token[1], 2, length(t.token[1]) - 2), '\"\"', '\"')
                            ELSE lower(t.token[1]) END AS name
    FROM regexp_matches(current_setting('search_path'), '\"(?:[^\"]|\"\")*\"|[^\",[:space:]]+', 'g') WITH ORDINALITY AS t(token, position)) p
  WHERE p.name !~ '^pg_' AND p.name NOT IN ('', 'information_schema') GROUP BY p.name)"
            .to_owned();
    }
    let rows: Vec<_> = request
        .schemas
        .iter()
        .enumerate()
        .map(|(position, name)| format!("({position}, {})", quote::sql_literal(name)))
        .collect();
    format!("wanted(position, name) AS (VALUES {})", rows.join(", "))
}

/// One row for each schema.
#[must_use]
pub fn schemas(request: &Request) -> String {
    format!(
        "WITH {}, {DORMANT}
SELECT w.name, n.oid IS NOT NULL, coalesce(pg_get_userbyid(n.nspowner)::text, ''),
       coalesce(has_schema_privilege(n.oid, 'USAGE'), false), coalesce(has_schema_privilege(n.oid, 'CREATE'), false),
       coalesce(n.nspname = current_schema(), false),
       EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')),
       (SELECT json_agg(r.rolname ORDER BY r.rolname) FROM dormant r WHERE has_schema_privilege(r.oid, n.oid, 'USAGE'))
FROM wanted w LEFT JOIN pg_namespace n ON n.nspname = w.name ORDER BY w.position",
        wanted(request)
    )
}

/// A row of totals for each schema, then one for each relation that lacks something. A privilege is `h`: held, `c`: held on some
/// columns, `n`: not held.
#[must_use]
pub fn relations(request: &Request) -> String {
    let needed: BTreeSet<_> = Privilege::needed(&request.needs).collect();
    let mut held = String::new();
    let mut all_held = Vec::new();
    let mut dormant_has = Vec::new();
    for privilege in Privilege::ALL {
        let column = privilege.sql().to_lowercase();
        let state = state(privilege, needed.contains(&privilege));
        let _ = write!(held, "{state} AS p_{column}, ");
        all_held.push(format!("p_{column}"));
        dormant_has.push(format!(
            "(j.p_{column} = 'h' OR has_table_privilege(r.oid, j.oid, '{}'))",
            privilege.sql()
        ));
    }
    let owned = if request.needs.contains(&Need::Ddl) {
        "pg_has_role(relowner, 'USAGE')"
    } else {
        "true"
    };
    format!(
        "WITH {wanted}, {DORMANT}, {relations},
judged AS (SELECT rel.*, {held}{owned} AS owned FROM rel WHERE NOT member)
SELECT * FROM (
  SELECT position, 0 AS kind, nspname::text AS schema, NULL::text AS name, NULL::text AS relkind, NULL::bool AS partition, NULL::text AS owner,
         NULL::text AS s, NULL::text AS i, NULL::text AS u, NULL::text AS d, NULL::bool AS owned, NULL::text AS columns, NULL::text AS roles,
         count(*) AS everything, count(*) FILTER (WHERE NOT member) AS looked_at
  FROM rel GROUP BY position, nspname
  UNION ALL
  SELECT position, 1, nspname::text, relname::text, relkind::text, relispartition, pg_get_userbyid(relowner)::text,
         p_select, p_insert, p_update, p_delete, owned,
         CASE WHEN 'c' IN ({any}) THEN (SELECT json_object_agg(g.privilege_type, g.names)::text FROM (
           SELECT x.privilege_type, json_agg(a.attname ORDER BY a.attnum) AS names FROM pg_attribute a, aclexplode(a.attacl) x
           WHERE a.attrelid = j.oid AND NOT a.attisdropped AND x.grantee = (SELECT oid FROM pg_roles WHERE rolname = current_user)
           GROUP BY x.privilege_type) g) END,
         (SELECT json_agg(r.rolname ORDER BY r.rolname)::text FROM dormant r WHERE {dormant}),
         NULL, NULL
  FROM judged j WHERE NOT owned OR 'n' IN ({any}) OR 'c' IN ({any})) answer
ORDER BY position, kind, name",
        wanted = wanted(request),
        relations = all_relations(),
        any = all_held.join(", "),
        dormant = dormant_has.join(" AND "),
    )
}

/// Through a view only reading is asked for: whether the application writes through one cannot be seen.
fn state(privilege: Privilege, needed: bool) -> String {
    if !needed {
        return "'h'".to_owned();
    }
    let word = privilege.sql();
    let exempt = if privilege == Privilege::Select {
        ""
    } else {
        " WHEN relkind IN ('v', 'm') THEN 'h'"
    };
    let columns = if privilege.has_columns() {
        format!(
            " WHEN NOT has_any_column_privilege(oid, '{word}') THEN 'n'
  WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = rel.oid AND a.attnum > 0 AND NOT a.attisdropped
    AND NOT has_column_privilege(rel.oid, a.attnum, '{word}')) THEN 'c' ELSE 'h' END"
        )
    } else {
        " ELSE 'n' END".to_owned()
    };
    format!("CASE{exempt} WHEN coalesce(has_table_privilege(oid, '{word}'), true) THEN 'h'{columns}")
}

/// A row of totals for each schema with sequences that column defaults use, then one for each such sequence that lacks USAGE.
/// The sequence of an identity column needs no privilege of its own.
#[must_use]
pub fn sequences(request: &Request) -> String {
    format!(
        "WITH {}, {DORMANT}, {},
used AS (SELECT q.oid, q.relname, q.relowner, q.relnamespace,
           min(format('%I.%I.%I', rel.nspname, rel.relname, a.attname)) AS place,
           json_agg(DISTINCT rel.nspname)::text AS schemas
         FROM rel JOIN pg_attrdef f ON f.adrelid = rel.oid JOIN pg_attribute a ON a.attrelid = rel.oid AND a.attnum = f.adnum
         JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
         JOIN pg_class q ON q.oid = d.refobjid AND q.relkind = 'S'
         WHERE NOT rel.member AND NOT rel.relispartition AND rel.relkind IN ('r', 'p', 'f')
           AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_class'::regclass AND i.objid = q.oid AND i.deptype = 'i')
         GROUP BY q.oid, q.relname, q.relowner, q.relnamespace)
SELECT * FROM (
  SELECT 0 AS kind, n.nspname::text AS schema, NULL::text AS name, NULL::text AS owner, NULL::text AS place, NULL::text AS schemas, NULL::text AS roles,
         (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'S') AS everything, count(*) AS looked_at
  FROM used u JOIN pg_namespace n ON n.oid = u.relnamespace GROUP BY n.oid, n.nspname
  UNION ALL
  SELECT 1, n.nspname::text, u.relname::text, pg_get_userbyid(u.relowner)::text, u.place, u.schemas,
         (SELECT json_agg(r.rolname ORDER BY r.rolname)::text FROM dormant r WHERE has_sequence_privilege(r.oid, u.oid, 'USAGE, UPDATE')),
         NULL, NULL
  FROM used u JOIN pg_namespace n ON n.oid = u.relnamespace WHERE NOT has_sequence_privilege(u.oid, 'USAGE, UPDATE')) answer
ORDER BY schema, kind, name",
        wanted(request),
        all_relations()
    )
}

/// One row for each schema and each role that owns tables there, with what this role would get on a table, or on the sequence of
/// a `serial` column, that the owner makes next.
#[must_use]
pub fn default_privileges(request: &Request) -> String {
    let given = |object: &str, words: &[&str], all_data: &str| {
        let words: Vec<_> = words.iter().map(|word| quote::sql_literal(word)).collect();
        format!(
            "(EXISTS (SELECT FROM pg_default_acl f, aclexplode(f.defaclacl) x
    WHERE f.defaclrole = m.relowner AND f.defaclnamespace IN (0, m.nspoid) AND f.defaclobjtype = '{object}'
      AND x.privilege_type IN ({}) AND CASE WHEN x.grantee = 0 THEN true ELSE pg_has_role(x.grantee, 'USAGE') END)
  OR EXISTS (SELECT FROM pg_roles r WHERE r.rolname = '{all_data}' AND pg_has_role(r.oid, 'USAGE')))",
            words.join(", ")
        )
    };
    let tables: Vec<_> = Privilege::ALL
        .into_iter()
        .map(|privilege| {
            let all_data = if privilege == Privilege::Select {
                "pg_read_all_data"
            } else {
                "pg_write_all_data"
            };
            given("r", &[privilege.sql()], all_data)
        })
        .collect();
    format!(
        "WITH {}, {},
maker AS (SELECT DISTINCT position, nspoid, nspname, relowner FROM rel
          WHERE NOT member AND relkind IN ('r', 'p') AND NOT pg_has_role(relowner, 'USAGE'))
SELECT m.nspname::text, pg_get_userbyid(m.relowner)::text, {}, {},
       EXISTS (SELECT FROM pg_class q JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = q.oid
               AND d.classid = 'pg_attrdef'::regclass WHERE q.relkind = 'S' AND q.relowner = m.relowner AND q.relnamespace = m.nspoid)
FROM maker m ORDER BY m.position, 2",
        wanted(request),
        all_relations(),
        tables.join(", "),
        given("S", &["USAGE", "UPDATE"], "pg_write_all_data"),
    )
}
