//! What the questions have in common: which schemas they are about, what in them is not the application's, and which other roles there are.

use super::search_path;
use super::session::SessionSeen;
use crate::foreign::Foreign;
use crate::migrations::tools::is_state_table_sql;
use crate::quote;
use crate::request::Request;

/// Roles that this one may become with SET ROLE, but whose privileges it does not inherit.
pub const DORMANT: &str = "\
dormant AS (SELECT r.oid, r.rolname FROM pg_roles r
  WHERE pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
    AND NOT pg_has_role(r.oid, 'USAGE'))";

/// The schemas of `names`, with their positions.
#[must_use]
pub fn wanted(names: &[Foreign]) -> String {
    if names.is_empty() {
        return "wanted AS (SELECT 0 AS position, '' AS name WHERE false)".to_owned();
    }
    let rows: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(position, name)| format!("({position}, {})", quote::sql_literal(name.raw())))
        .collect();
    format!("wanted(position, name) AS (VALUES {})", rows.join(", "))
}

/// The schemas to look at: those named, else those of the search path.
#[must_use]
pub fn names(request: &Request, session: &SessionSeen) -> Vec<Foreign> {
    if request.schemas.is_empty() {
        search_path::schemas(session.search_path.raw(), &session.role)
    } else {
        request.schemas.iter().map(|name| name.as_str().into()).collect()
    }
}

/// Whether the schema `n` is one of those, before the search path is known: that its name stands somewhere in the path is enough.
#[must_use]
pub fn may_be_wanted(request: &Request) -> String {
    if request.schemas.is_empty() {
        return "(n.nspname = current_user OR strpos(lower(current_setting('search_path') COLLATE \"C\"), lower(replace(n.nspname, '\"', '\"\"'))) > 0)"
            .to_owned();
    }
    let names: Vec<_> = request.schemas.iter().map(|name| quote::sql_literal(name)).collect();
    format!("n.nspname IN ({})", names.join(", "))
}

/// Whether a migration tool keeps its state in the relation `c`.
#[must_use]
pub fn is_state() -> String {
    is_state_table_sql("c.oid", "c.relname")
}

/// Whether the relation `c` belongs to an extension.
pub const IS_EXTENSIONS: &str = "c.oid IN (SELECT d.objid FROM pg_depend d WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')";

/// The ways in which the relations of `from` are owned and granted on, each judged by `columns` on the behalf of all: of a thousand
/// tables most are granted alike, and a role's privileges follow from the owner and the list of grants alone. Of each way, `oid` and
/// `last` are relations that have it.
#[must_use]
pub fn alike(from: &str, columns: &str) -> String {
    format!(
        "acl AS (SELECT g.relowner, g.relacl, {columns}
  FROM (SELECT relowner, relacl, min(oid) AS oid, max(oid) AS last FROM {from} GROUP BY relowner, relacl) g OFFSET 0)"
    )
}

/// Joins `from` with [`alike`].
#[must_use]
pub fn join_alike(from: &str) -> String {
    format!(
        "{from} JOIN acl ON acl.relowner = {from}.relowner AND (acl.relacl IS NULL) = ({from}.relacl IS NULL)
    AND coalesce(acl.relacl, '{{}}') = coalesce({from}.relacl, '{{}}')"
    )
}
