//! What the role holds on tables, views and sequences: those that are owned and granted on alike taken together.

use std::collections::BTreeSet;

use super::privilege::Privilege;
use super::relations::RelationKind;
use super::scope;
use crate::foreign::Foreign;
use crate::migrations::tools;
use crate::quote;
use crate::request::Request;
use crate::server::answer::{Columns, Record};
use crate::verdict::Breakage;

/// The question: one row for all relations of a schema that have the same kind, owner and list of grants, from which a role's
/// privileges follow, so that one is judged on the behalf of all; the sequences of all schemas together. What is named like a state table
/// has a row of its own, with its columns.
#[must_use]
pub fn sql(request: &Request) -> String {
    let names = quote::sql_literal(&format!("{{{}}}", tools::state_table_names().join(",")));
    // Between the counting and the judging another session may drop the one or the other.
    let has = |function: &str, words: &str| format!("coalesce({function}(g.oid, '{words}'), {function}(g.last, '{words}'), true)");
    let held = Privilege::ALL.map(|privilege| has("has_table_privilege", privilege.sql()));
    format!(
        "SELECT g.schema, g.relkind, pg_get_userbyid(g.relowner), pg_has_role(g.relowner, 'USAGE'), g.relrowsecurity, g.extensions, g.number, g.name,
       CASE WHEN g.name IS NOT NULL THEN (SELECT string_agg(a.attname, ',') FROM pg_attribute a WHERE a.attrelid = g.oid AND a.attnum > 0 AND NOT a.attisdropped) END,
       CASE WHEN g.relkind = 'S' THEN {usable} ELSE true END,
       {held}
FROM (SELECT CASE WHEN c.relkind = 'S' THEN '0' ELSE c.relnamespace END AS schema, c.relkind, c.relowner, c.relacl, c.relrowsecurity,
        CASE WHEN c.relname = ANY ({names}) THEN c.relname END AS name, {extensions} AS extensions,
        min(c.oid) AS oid, max(c.oid) AS last, count(*) AS number
      FROM pg_class c
      WHERE c.relkind = 'S' OR c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace IN (SELECT n.oid FROM pg_namespace n WHERE {wanted})
      GROUP BY 1, 2, 3, 4, 5, 6, 7) g",
        usable = has("has_sequence_privilege", "USAGE, UPDATE"),
        held = held.join(",\n       "),
        extensions = scope::IS_EXTENSIONS,
        wanted = scope::may_be_wanted(request),
    )
}

/// Relations that are alike.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is one column of the answer")]
pub struct Holding {
    /// The OID of their schema.
    pub schema: String,
    /// `None` are sequences.
    pub kind: Option<RelationKind>,
    pub owner: Foreign,
    /// Whether the role has the owner's privileges.
    pub owned: bool,
    pub row_security: bool,
    /// Belong to an extension.
    pub of_extensions: bool,
    pub number: i64,
    /// A migration tool keeps its state there.
    pub is_state: bool,
    /// As sequences.
    pub usable: bool,
    pub held: BTreeSet<Privilege>,
}

impl Record for Holding {
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        let schema = row.text()?.to_owned();
        let kind = RelationKind::of(row.text()?);
        let mut holding = Self {
            schema,
            kind,
            owner: row.name()?,
            owned: row.flag()?,
            row_security: row.flag()?,
            of_extensions: row.flag()?,
            number: row.count()?,
            is_state: is_state(kind, row.nullable()?, row.nullable()?),
            usable: row.flag()?,
            held: BTreeSet::new(),
        };
        for privilege in Privilege::ALL {
            if row.flag()? {
                holding.held.insert(privilege);
            }
        }
        Ok(holding)
    }
}

fn is_state(kind: Option<RelationKind>, name: Option<&str>, columns: Option<&str>) -> bool {
    let columns: Vec<String> = columns.unwrap_or_default().split(',').map(str::to_owned).collect();
    kind.is_some() && name.is_some_and(|name| tools::state_table(name, &columns).is_some())
}

impl Holding {
    /// Whether the application has a use for them.
    #[must_use]
    pub const fn is_judged(&self) -> bool {
        self.kind.is_some() && !self.is_state && !self.of_extensions
    }

    /// Whether something is missing of what is needed. Whether the application writes through a view cannot be seen.
    #[must_use]
    pub fn lacks(&self, needed: &BTreeSet<Privilege>, to_be_owned: bool) -> bool {
        let is_view = matches!(self.kind, Some(RelationKind::View | RelationKind::MaterializedView));
        let mut missing = needed.difference(&self.held);
        to_be_owned && !self.owned || missing.any(|privilege| !is_view || *privilege == Privilege::Select)
    }
}
