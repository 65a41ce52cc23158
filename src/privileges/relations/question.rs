//! The question about tables and views.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::foreign::Foreign;
use crate::privileges::privilege::Privilege;
use crate::privileges::scope;
use crate::request::{Need, Request};

/// The question: rows of several kinds, each with a schema, a name and a JSON document. Totals for each schema, and a row for each
/// relation that lacks something; those under row-level security; names that an earlier schema of the search path hides; and where
/// the schemas looked at hold nothing, those that do.
///
/// A privilege is `h`: held, `x`: not held and not needed, `c`: held on some columns, `n`: not held. What the application has no use
/// for (an extension's relations, and what migration tools keep their state in) is counted and not judged; state tables without any
/// privilege are left out altogether, so that they do not stand in the way of a grant on the whole schema.
#[must_use]
pub fn sql(request: &Request, names: &[Foreign]) -> String {
    let needed: BTreeSet<_> = Privilege::needed(&request.needs).collect();
    let (mut held, mut states, mut words, mut dormant_has) = (String::new(), Vec::new(), String::new(), Vec::new());
    for privilege in Privilege::ALL {
        let (word, column) = (privilege.sql(), privilege.sql().to_lowercase());
        let _ = write!(
            held,
            "coalesce(has_table_privilege(g.oid, '{word}'), has_table_privilege(g.last, '{word}'), true) AS h_{column}, "
        );
        let _ = write!(words, ", CASE WHEN h_{column} THEN '{word}' END");
        states.push(state(privilege, needed.contains(&privilege)));
        if needed.contains(&privilege) {
            dormant_has.push(format!("(h_{column} OR has_table_privilege(r.oid, j.oid, '{word}'))"));
        }
    }
    dormant_has.push("true".to_owned());
    let owned = if request.needs.contains(&Need::Ddl) {
        "pg_has_role(g.relowner, 'USAGE') AS owned"
    } else {
        "true AS owned"
    };
    let direct = "(SELECT array_agg(DISTINCT x.privilege_type) FROM aclexplode(g.relacl) x
     WHERE x.grantee = (SELECT oid FROM pg_roles WHERE rolname = current_user)) AS direct,
    EXISTS (SELECT FROM aclexplode(g.relacl) x WHERE x.is_grantable AND x.grantee = (SELECT oid FROM pg_roles WHERE rolname = current_user)) AS grantable";
    let hiding = if request.schemas.is_empty() { HIDING } else { "" };
    format!(
        "WITH {wanted}, {dormant},
rel AS (SELECT w.position, w.name::text AS schema, c.oid, c.relname::text AS name, c.relkind, c.relowner, c.relacl, c.relispartition, c.relrowsecurity,
          {is_state} AS state, {is_extensions} AS extensions
        FROM wanted w JOIN pg_namespace n ON n.nspname = w.name JOIN pg_class c ON c.relnamespace = n.oid
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')),
{alike},
judged AS (SELECT rel.*, h_select, h_insert, h_update, h_delete, direct, grantable, owned, {states} AS states, array_remove(ARRAY[{words}], NULL) AS held
        FROM {join} WHERE NOT (state AND NOT (h_select OR h_insert OR h_update OR h_delete))),
sorted AS (SELECT *, NOT (state OR extensions) AND (NOT owned OR states ~ '[nc]') AS lacking FROM judged)
SELECT kind, schema, name, answer::text FROM (
  SELECT position, 0 AS kind, schema, '' AS name, json_build_object('everything', count(*), 'looked_at', count(*) FILTER (WHERE NOT (state OR extensions)),
    'others', CASE WHEN 2 * count(*) FILTER (WHERE lacking) > count(*)
      THEN coalesce(json_agg(json_build_object('name', name, 'kind', relkind, 'held', held, 'direct', direct, 'delicate', {delicate})) FILTER (WHERE NOT lacking), '[]') END) AS answer
  FROM sorted GROUP BY position, schema
  UNION ALL
  SELECT position, 1, schema, name, json_build_object('kind', relkind, 'partition', relispartition, 'row_security', relrowsecurity,
    'owner', pg_get_userbyid(relowner), 'owner_is_superuser', NOT owned AND (SELECT o.rolsuper FROM pg_roles o WHERE o.oid = relowner), 'states', states, 'held', held, 'direct', direct, 'delicate', {delicate}, 'owned', owned,
    'columns', CASE WHEN states ~ 'c' THEN (SELECT json_object_agg(g.privilege_type, g.names) FROM (
       SELECT x.privilege_type, json_agg(a.attname ORDER BY a.attnum) AS names FROM pg_attribute a, aclexplode(a.attacl) x
       WHERE a.attrelid = j.oid AND NOT a.attisdropped AND x.grantee = (SELECT oid FROM pg_roles WHERE rolname = current_user)
       GROUP BY x.privilege_type) g) END,
    'roles', CASE WHEN EXISTS (SELECT FROM dormant) THEN (SELECT json_agg(r.rolname ORDER BY r.rolname) FROM dormant r WHERE {dormant_has}) END)
  FROM sorted j WHERE lacking
  UNION ALL
  SELECT position, 2, schema, name, json_build_object('owner', pg_get_userbyid(relowner), 'commands', {commands}, 'roles', {policy_roles})
  FROM sorted j WHERE relrowsecurity AND NOT (state OR extensions) AND relkind IN ('r', 'p') AND row_security_active(oid)
  {hiding}UNION ALL
  SELECT 0, 4, n.nspname::text, '', json_build_object('tables', count(*)) FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p')
  WHERE NOT EXISTS (SELECT FROM sorted WHERE NOT extensions) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT {is_extensions}
  GROUP BY n.nspname) answer
ORDER BY kind, position, schema, name",
        wanted = scope::wanted(names),
        dormant = scope::DORMANT,
        is_state = scope::is_state(),
        is_extensions = scope::IS_EXTENSIONS,
        alike = scope::alike("rel", &format!("{held}{owned}, {direct}")),
        states = states.join(" || "),
        words = words.trim_start_matches(", "),
        join = scope::join_alike("rel"),
        delicate = DELICATE,
        commands = COMMANDS,
        policy_roles = POLICY_ROLES,
        dormant_has = dormant_has.join(" AND "),
    )
}

/// A REVOKE would take away more than a GRANT has given: a grant on a column, or the right to grant.
const DELICATE: &str = "(grantable OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = oid AND a.attacl IS NOT NULL))";

/// Commands that a permissive policy lets this role run, as `pg_policy.polcmd` has them.
const COMMANDS: &str = "(SELECT string_agg(DISTINCT p.polcmd::text, '') FROM pg_policy p WHERE p.polrelid = j.oid AND p.polpermissive
       AND EXISTS (SELECT FROM unnest(p.polroles) AS m(oid) WHERE CASE WHEN m.oid = 0 THEN true ELSE pg_has_role(m.oid, 'USAGE') END))";

/// Roles that a permissive policy names and this one does not belong to.
const POLICY_ROLES: &str = "(SELECT json_agg(DISTINCT pg_get_userbyid(m.oid)) FROM pg_policy p, unnest(p.polroles) AS m(oid)
       WHERE p.polrelid = j.oid AND p.polpermissive AND m.oid <> 0 AND NOT pg_has_role(m.oid, 'USAGE'))";

/// Names of tables that stand in several schemas of the search path: the first hides the others.
const HIDING: &str = "UNION ALL
  SELECT min(position), 3, min(schema), name, json_build_object('schemas', json_agg(schema ORDER BY position)) FROM sorted
  WHERE NOT (state OR extensions) AND NOT relispartition GROUP BY name HAVING count(*) > 1
  ";

/// Through a view only reading is asked for: whether the application writes through one cannot be seen.
fn state(privilege: Privilege, needed: bool) -> String {
    let (word, column) = (privilege.sql(), privilege.sql().to_lowercase());
    if !needed {
        return format!("CASE WHEN h_{column} THEN 'h' ELSE 'x' END");
    }
    let exempt = if privilege == Privilege::Select {
        ""
    } else {
        " WHEN relkind IN ('v', 'm') THEN 'x'"
    };
    let columns = if privilege.has_columns() {
        format!(
            " WHEN NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = rel.oid AND a.attacl IS NOT NULL) THEN 'n'
  WHEN NOT has_any_column_privilege(rel.oid, '{word}') THEN 'n'
  WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = rel.oid AND a.attnum > 0 AND NOT a.attisdropped
    AND NOT has_column_privilege(rel.oid, a.attnum, '{word}')) THEN 'c' ELSE 'h' END"
        )
    } else {
        " ELSE 'n' END".to_owned()
    };
    format!("CASE WHEN h_{column} THEN 'h'{exempt}{columns}")
}
