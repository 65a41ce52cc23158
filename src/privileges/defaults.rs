//! What this role would get on what other roles make next.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::privilege::Privilege;
use super::scope;
use crate::foreign::Foreign;
use crate::request::Request;
use crate::server::answer::Columns;
use crate::server::session::Row;
use crate::verdict::Breakage;

/// The question: one row for each schema and each role that owns tables there and that this one is no member of.
#[must_use]
pub fn sql(request: &Request) -> String {
    format!(
        "WITH {},
maker AS (SELECT DISTINCT c.relnamespace, c.relowner FROM wanted w JOIN pg_namespace n ON n.nspname = w.name JOIN pg_class c ON c.relnamespace = n.oid
          WHERE c.relkind IN ('r', 'p') AND NOT {} AND NOT {})
SELECT w.name, pg_get_userbyid(m.relowner), json_build_object(
  'given', (SELECT json_agg(DISTINCT f.defaclobjtype::text || ' ' || x.privilege_type) FROM pg_default_acl f, aclexplode(f.defaclacl) x
    WHERE f.defaclrole = m.relowner AND f.defaclnamespace IN (0, m.relnamespace)
      AND CASE WHEN x.grantee = 0 THEN true ELSE pg_has_role(x.grantee, 'USAGE') END),
  'all_data', (SELECT json_agg(r.rolname) FROM pg_roles r WHERE r.rolname IN ('pg_read_all_data', 'pg_write_all_data') AND pg_has_role(r.oid, 'USAGE')),
  'uses_sequences', EXISTS (SELECT FROM pg_class q JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = q.oid
    AND d.classid = 'pg_attrdef'::regclass WHERE q.relkind = 'S' AND q.relowner = m.relowner AND q.relnamespace = m.relnamespace))::text
FROM maker m JOIN pg_namespace n ON n.oid = m.relnamespace JOIN wanted w ON w.name = n.nspname
WHERE NOT pg_has_role(m.relowner, 'USAGE') ORDER BY w.position, 2",
        scope::wanted(request),
        scope::IS_EXTENSIONS,
        scope::is_state(),
    )
}

/// What this role would get on a table, or on the sequence of a `serial` column, that another one makes next.
#[derive(Debug, Clone)]
pub struct Defaults {
    pub schema: Foreign,
    /// The role that owns tables of the schema now.
    pub maker: Foreign,
    pub tables: BTreeSet<Privilege>,
    pub sequences: bool,
    /// Whether the maker's tables there take defaults from sequences.
    pub uses_sequences: bool,
}

#[derive(Deserialize)]
struct Answer {
    /// `r SELECT`, `S USAGE`: an object type of `pg_default_acl`, and a privilege.
    given: Option<Vec<String>>,
    all_data: Option<Vec<String>>,
    uses_sequences: bool,
}

impl Defaults {
    /// Reads the answer.
    ///
    /// # Errors
    /// When it does not have the form asked for.
    pub fn read(rows: &[Row]) -> Result<Vec<Self>, Breakage> {
        rows.iter()
            .map(|row| {
                let mut row = Columns::of(row);
                let (schema, maker) = (row.name()?, row.name()?);
                let answer: Answer = row.document()?;
                let (given, all_data) = (answer.given.unwrap_or_default(), answer.all_data.unwrap_or_default());
                let is_given = |object: &str, word: &str| given.contains(&format!("{object} {word}"));
                let has_all = |role: &str| all_data.iter().any(|other| other == role);
                let is_covered = |privilege: &Privilege| {
                    let all = if *privilege == Privilege::Select {
                        "pg_read_all_data"
                    } else {
                        "pg_write_all_data"
                    };
                    is_given("r", privilege.sql()) || has_all(all)
                };
                Ok(Self {
                    schema,
                    maker,
                    tables: Privilege::ALL.into_iter().filter(is_covered).collect(),
                    sequences: is_given("S", "USAGE") || is_given("S", "UPDATE") || has_all("pg_write_all_data"),
                    uses_sequences: answer.uses_sequences,
                })
            })
            .collect()
    }
}
