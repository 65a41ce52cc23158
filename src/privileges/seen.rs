//! The catalogue's answers, typed.

use std::collections::{BTreeMap, BTreeSet};

use super::privilege::Privilege;
use crate::foreign::Foreign;
use crate::server::answer::Columns;
use crate::server::session::Row;
use crate::verdict::Breakage;

/// Who the session is, and whether it can write.
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
    pub read_only: bool,
    /// `pg_settings.source` of `default_transaction_read_only`.
    pub read_only_source: Foreign,
    pub search_path: Foreign,
    /// The first fifty schemas of the database.
    pub schemas: Vec<Foreign>,
}

impl SessionSeen {
    /// Reads the answer to [`super::ask::SESSION`].
    ///
    /// # Errors
    /// When the answer does not have the form asked for, as for each of these.
    pub fn read(rows: &[Row]) -> Result<Self, Breakage> {
        let row = rows
            .first()
            .ok_or_else(|| Breakage("the server does not list the session's own database".to_owned()))?;
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
            read_only_source: row.name()?,
            search_path: row.name()?,
            schemas: row.names()?,
        })
    }
}

/// One schema that was to be looked at.
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
    pub has_relations: bool,
    /// Roles that may use it and that this role could become.
    pub roles: Vec<Foreign>,
}

impl SchemaSeen {
    /// Reads the answer to [`super::ask::schemas`].
    ///
    /// # Errors
    /// When the answer does not have the form asked for.
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
                    has_relations: row.flag()?,
                    roles: row.names()?,
                })
            })
            .collect()
    }
}

/// A kind of relation (`pg_class.relkind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    Table,
    Partitioned,
    View,
    MaterializedView,
    ForeignTable,
}

impl RelationKind {
    fn read(text: &str) -> Result<Self, Breakage> {
        match text {
            "r" => Ok(Self::Table),
            "p" => Ok(Self::Partitioned),
            "v" => Ok(Self::View),
            "m" => Ok(Self::MaterializedView),
            "f" => Ok(Self::ForeignTable),
            other => Err(Breakage(format!(
                "the server answered an unknown relkind \"{}\"",
                Foreign::from(other)
            ))),
        }
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
pub struct Relation {
    pub schema: Foreign,
    pub name: Foreign,
    pub kind: RelationKind,
    /// Reached through its parent, whose privileges then count.
    pub partition: bool,
    pub owner: Foreign,
    /// Lacks altogether.
    pub lacks: BTreeSet<Privilege>,
    /// Holds on some columns, but not on all.
    pub partly: BTreeSet<Privilege>,
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
}

/// The relations of the schemas: totals, and what lacks something.
#[derive(Debug, Default)]
pub struct RelationsSeen {
    pub totals: Vec<Totals>,
    pub lacking: Vec<Relation>,
}

impl RelationsSeen {
    /// Reads the answer to [`super::ask::relations`].
    ///
    /// # Errors
    /// When the answer does not have the form asked for.
    pub fn read(rows: &[Row]) -> Result<Self, Breakage> {
        let mut seen = Self::default();
        for row in rows {
            let mut row = Columns::of(row);
            let _position = row.nullable()?;
            let totals = row.text()? == "0";
            let schema = row.name()?;
            if totals {
                for _ in 0..11 {
                    row.nullable()?;
                }
                seen.totals.push(Totals {
                    schema,
                    everything: row.count()?,
                    looked_at: row.count()?,
                });
            } else {
                seen.lacking.push(relation(schema, &mut row)?);
            }
        }
        Ok(seen)
    }
}

fn relation(schema: Foreign, row: &mut Columns<'_>) -> Result<Relation, Breakage> {
    let name = row.name()?;
    let kind = RelationKind::read(row.text()?)?;
    let partition = row.flag()?;
    let owner = row.name()?;
    let (mut lacks, mut partly) = (BTreeSet::new(), BTreeSet::new());
    for privilege in Privilege::ALL {
        match row.text()? {
            "n" => lacks.insert(privilege),
            "c" => partly.insert(privilege),
            _ => false,
        };
    }
    Ok(Relation {
        schema,
        name,
        kind,
        partition,
        owner,
        lacks,
        partly,
        owned: row.flag()?,
        columns: row.json()?,
        roles: row.names()?,
    })
}

/// A sequence that a column's default uses and the role does not.
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

/// The sequences that column defaults use.
#[derive(Debug, Default)]
pub struct SequencesSeen {
    pub totals: Vec<Totals>,
    pub lacking: Vec<Sequence>,
}

impl SequencesSeen {
    /// Reads the answer to [`super::ask::sequences`].
    ///
    /// # Errors
    /// When the answer does not have the form asked for.
    pub fn read(rows: &[Row]) -> Result<Self, Breakage> {
        let mut seen = Self::default();
        for row in rows {
            let mut row = Columns::of(row);
            let totals = row.text()? == "0";
            let schema = row.name()?;
            if totals {
                for _ in 0..5 {
                    row.nullable()?;
                }
                seen.totals.push(Totals {
                    schema,
                    everything: row.count()?,
                    looked_at: row.count()?,
                });
            } else {
                seen.lacking.push(Sequence {
                    schema,
                    name: row.name()?,
                    owner: row.name()?,
                    column: row.name()?,
                    table_schemas: row.names()?,
                    roles: row.names()?,
                });
            }
        }
        Ok(seen)
    }
}

/// What this role would get on a table that another one makes next.
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

impl Defaults {
    /// Reads the answer to [`super::ask::default_privileges`].
    ///
    /// # Errors
    /// When the answer does not have the form asked for.
    pub fn read(rows: &[Row]) -> Result<Vec<Self>, Breakage> {
        rows.iter()
            .map(|row| {
                let mut row = Columns::of(row);
                let (schema, maker) = (row.name()?, row.name()?);
                let mut tables = BTreeSet::new();
                for privilege in Privilege::ALL {
                    if row.flag()? {
                        tables.insert(privilege);
                    }
                }
                Ok(Self {
                    schema,
                    maker,
                    tables,
                    sequences: row.flag()?,
                    uses_sequences: row.flag()?,
                })
            })
            .collect()
    }
}
