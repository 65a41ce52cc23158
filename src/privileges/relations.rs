//! The tables and views: which of them lack what.

mod question;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::value::StrDeserializer;

use super::privilege::Privilege;
use crate::foreign::Foreign;
use crate::server::answer::Columns;
use crate::server::session::Row;
use crate::verdict::Breakage;
pub use question::sql;

/// A kind of relation (`pg_class.relkind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum RelationKind {
    #[serde(rename = "r")]
    Table,
    #[serde(rename = "p")]
    Partitioned,
    #[serde(rename = "v")]
    View,
    #[serde(rename = "m")]
    MaterializedView,
    #[serde(rename = "f")]
    ForeignTable,
}

impl RelationKind {
    /// The kind that this letter stands for.
    #[must_use]
    pub fn of(letter: &str) -> Option<Self> {
        Self::deserialize(StrDeserializer::<serde::de::value::Error>::new(letter)).ok()
    }

    /// The words that SQL uses.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Table | Self::Partitioned => "TABLE",
            Self::View => "VIEW",
            Self::MaterializedView => "MATERIALIZED VIEW",
            Self::ForeignTable => "FOREIGN TABLE",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Partitioned => "partitioned table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::ForeignTable => "foreign table",
        }
    }
}

/// A relation on which the role lacks something.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is one value of the answer")]
pub struct Relation {
    pub schema: Foreign,
    pub name: Foreign,
    pub kind: RelationKind,
    /// Reached through its parent, whose privileges then count.
    pub partition: bool,
    /// Row-level security is switched on for it.
    pub row_security: bool,
    pub owner: Foreign,
    /// Told where the role is to own it, and does not.
    pub owner_is_superuser: bool,
    /// Lacks altogether.
    pub lacks: BTreeSet<Privilege>,
    /// Holds on some columns, but not on all.
    pub partly: BTreeSet<Privilege>,
    /// Holds on the whole relation, in whatever way.
    pub held: BTreeSet<Privilege>,
    /// Granted to this very role.
    pub direct: BTreeSet<Privilege>,
    /// Whether a REVOKE would take away more than a GRANT has given.
    pub delicate: bool,
    /// Whether the role has the owner's privileges, where that was asked.
    pub owned: bool,
    /// Columns granted to this very role, by the privilege's keyword.
    pub columns: BTreeMap<String, Vec<String>>,
    /// Roles that have all that is lacking and that this role could become.
    pub roles: Vec<Foreign>,
}

impl Relation {
    /// Whether the application meets a refusal for certain: a partition is reached through its parent, and a foreign table may be
    /// there only to be read.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        if self.partition {
            false
        } else if self.kind == RelationKind::ForeignTable {
            self.lacks.contains(&Privilege::Select)
        } else {
            !self.lacks.is_empty()
        }
    }
}

/// How many relations, or sequences, a schema holds.
#[derive(Debug, Clone)]
pub struct Totals {
    pub schema: Foreign,
    /// All that `ON ALL TABLES IN SCHEMA` would touch.
    pub everything: i64,
    /// Those that were judged.
    pub looked_at: i64,
    /// Those that lack nothing; `None` where they are the majority.
    pub others: Option<Vec<Other>>,
}

/// A relation, or a sequence, that lacks nothing, and that a grant on the whole schema would touch.
#[derive(Debug, Clone, Deserialize)]
pub struct Other {
    pub name: Foreign,
    pub kind: RelationKind,
    pub held: BTreeSet<Privilege>,
    /// Granted to this very role.
    #[serde(deserialize_with = "known")]
    pub direct: BTreeSet<Privilege>,
    /// Whether a REVOKE would take away more than a GRANT has given.
    pub delicate: bool,
}

/// A table whose rows policies keep from this role.
#[derive(Debug, Clone)]
pub struct Filtered {
    pub schema: Foreign,
    pub name: Foreign,
    pub owner: Foreign,
    /// What a permissive policy allows.
    pub allowed: BTreeSet<Privilege>,
    /// Roles that a policy names and this one does not belong to.
    pub roles: Vec<Foreign>,
}

/// A name that stands in several schemas of the search path.
#[derive(Debug, Clone)]
pub struct Hidden {
    pub name: Foreign,
    /// The first hides the others.
    pub schemas: Vec<Foreign>,
}

/// The relations of the schemas: totals, and what lacks something.
#[derive(Debug, Default)]
pub struct RelationsSeen {
    pub totals: Vec<Totals>,
    pub lacking: Vec<Relation>,
    pub filtered: Vec<Filtered>,
    pub hidden: Vec<Hidden>,
    /// Where the schemas looked at hold nothing: others, with how many tables each has.
    pub elsewhere: Vec<(Foreign, i64)>,
}

#[derive(Deserialize)]
struct TotalsRow {
    everything: i64,
    looked_at: i64,
    others: Option<Vec<Other>>,
}

#[derive(Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is one value of the answer")]
struct RelationRow {
    kind: RelationKind,
    partition: bool,
    row_security: bool,
    owner: Foreign,
    owner_is_superuser: bool,
    states: String,
    held: BTreeSet<Privilege>,
    #[serde(deserialize_with = "known")]
    direct: BTreeSet<Privilege>,
    delicate: bool,
    owned: bool,
    columns: Option<BTreeMap<String, Vec<String>>>,
    roles: Option<Vec<Foreign>>,
}

#[derive(Deserialize)]
struct FilteredRow {
    owner: Foreign,
    commands: Option<String>,
    roles: Option<Vec<Foreign>>,
}

#[derive(Deserialize)]
struct HiddenRow {
    schemas: Vec<Foreign>,
}

#[derive(Deserialize)]
struct ElsewhereRow {
    tables: i64,
}

/// Privileges among others that do not matter here, such as TRUNCATE; NULL is none.
fn known<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Privilege>, D::Error> {
    let words: Option<Vec<String>> = Deserialize::deserialize(deserializer)?;
    let words = words.unwrap_or_default();
    let is_named = |privilege: &Privilege| words.iter().any(|word| word == privilege.sql());
    Ok(Privilege::ALL.into_iter().filter(is_named).collect())
}

impl RelationsSeen {
    /// Reads the answer.
    ///
    /// # Errors
    /// When it does not have the form asked for.
    pub fn read(rows: &[Row]) -> Result<Self, Breakage> {
        let mut seen = Self::default();
        for row in rows {
            let mut row = Columns::of(row);
            let (kind, schema, name) = (row.count()?, row.name()?, row.name()?);
            match kind {
                0 => {
                    let TotalsRow {
                        everything,
                        looked_at,
                        others,
                    } = row.document()?;
                    seen.totals.push(Totals {
                        schema,
                        everything,
                        looked_at,
                        others,
                    });
                }
                1 => seen.lacking.push(relation(schema, name, row.document()?)),
                2 => {
                    let row: FilteredRow = row.document()?;
                    seen.filtered.push(Filtered {
                        schema,
                        name,
                        owner: row.owner,
                        allowed: allowed(row.commands.as_deref().unwrap_or_default()),
                        roles: row.roles.unwrap_or_default(),
                    });
                }
                3 => {
                    let HiddenRow { schemas } = row.document()?;
                    seen.hidden.push(Hidden { name, schemas });
                }
                _ => {
                    let ElsewhereRow { tables } = row.document()?;
                    seen.elsewhere.push((schema, tables));
                }
            }
        }
        Ok(seen)
    }

    /// How many relations were judged.
    #[must_use]
    pub fn looked_at(&self) -> i64 {
        self.totals.iter().map(|totals| totals.looked_at).sum()
    }
}

fn relation(schema: Foreign, name: Foreign, row: RelationRow) -> Relation {
    let in_state = |wanted: char| -> BTreeSet<Privilege> {
        let states = Privilege::ALL.into_iter().zip(row.states.chars());
        states
            .filter(|(_, state)| *state == wanted)
            .map(|(privilege, _)| privilege)
            .collect()
    };
    Relation {
        schema,
        name,
        kind: row.kind,
        partition: row.partition,
        row_security: row.row_security,
        owner: row.owner,
        owner_is_superuser: row.owner_is_superuser,
        lacks: in_state('n'),
        partly: in_state('c'),
        held: row.held,
        direct: row.direct,
        delicate: row.delicate,
        owned: row.owned,
        columns: row.columns.unwrap_or_default(),
        roles: row.roles.unwrap_or_default(),
    }
}

/// What the letters of `pg_policy.polcmd` stand for.
fn allowed(commands: &str) -> BTreeSet<Privilege> {
    let is_allowed = |privilege: &Privilege| {
        let letter = match privilege {
            Privilege::Select => 'r',
            Privilege::Insert => 'a',
            Privilege::Update => 'w',
            Privilege::Delete => 'd',
        };
        commands.contains(['*', letter])
    };
    Privilege::ALL.into_iter().filter(is_allowed).collect()
}
