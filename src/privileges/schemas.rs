//! The schemas that are to be looked at, and whether there is anything in them to look at closely.

use std::collections::BTreeSet;

use super::holdings::Holding;
use super::privilege::Privilege;
use super::scope;
use super::session::SessionSeen;
use crate::foreign::Foreign;
use crate::request::{Need, Request};
use crate::server::answer::{Columns, Record};
use crate::verdict::Breakage;

/// The question: one row for each schema, perhaps with some that are not wanted.
#[must_use]
pub fn sql(request: &Request) -> String {
    format!(
        "SELECT n.oid, n.nspname, pg_get_userbyid(n.nspowner), has_schema_privilege(n.oid, 'USAGE'), has_schema_privilege(n.oid, 'CREATE')
FROM pg_namespace n WHERE {}",
        scope::may_be_wanted(request)
    )
}

/// The question which schemas the database has; the first fifty.
pub const ALL: &str = "\
SELECT n.nspname FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY n.nspname LIMIT 50";

/// The question which roles that this one could become may use a schema: one row for each schema and role.
#[must_use]
pub fn roles_sql(names: &[Foreign]) -> String {
    format!(
        "WITH {}, {}
SELECT n.nspname, r.rolname FROM wanted w JOIN pg_namespace n ON n.nspname = w.name JOIN dormant r ON has_schema_privilege(r.oid, n.oid, 'USAGE')
ORDER BY w.position, r.rolname",
        scope::wanted(names),
        scope::DORMANT
    )
}

/// What the catalogue says of one.
#[derive(Debug, Clone)]
pub struct Entry {
    pub oid: String,
    name: Foreign,
    owner: Foreign,
    usage: bool,
    create: bool,
}

impl Record for Entry {
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok(Self {
            oid: row.text()?.to_owned(),
            name: row.name()?,
            owner: row.name()?,
            usage: row.flag()?,
            create: row.flag()?,
        })
    }
}

/// One of them, with what it holds.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct SchemaSeen {
    pub name: Foreign,
    /// `None` where there is no such schema.
    pub oid: Option<String>,
    pub owner: Foreign,
    pub usage: bool,
    pub create: bool,
    /// Whether unqualified names are created here.
    pub current: bool,
    /// Roles that may use it and that this role could become, where it may not.
    pub roles: Vec<Foreign>,
    /// How many relations were judged.
    pub looked_at: i64,
    /// Whether one of them lacks something.
    pub lacking: bool,
    /// Whether one of them is under row-level security.
    pub row_security: bool,
}

impl SchemaSeen {
    /// Those that are wanted, in their order.
    #[must_use]
    pub fn all(request: &Request, session: &SessionSeen, entries: &[Entry], holdings: &[Holding]) -> Vec<Self> {
        scope::names(request, session)
            .into_iter()
            .map(|name| match entries.iter().find(|entry| entry.name == name) {
                Some(entry) => Self::of(entry, request, session, holdings),
                None => Self { name, ..Self::default() },
            })
            .collect()
    }

    fn of(entry: &Entry, request: &Request, session: &SessionSeen, holdings: &[Holding]) -> Self {
        let needed: BTreeSet<_> = Privilege::needed(&request.needs).collect();
        let to_be_owned = request.needs.contains(&Need::Ddl);
        let held = || holdings.iter().filter(|holding| holding.schema == entry.oid);
        let judged = || held().filter(|holding| holding.is_judged());
        Self {
            name: entry.name.clone(),
            oid: Some(entry.oid.clone()),
            owner: entry.owner.clone(),
            usage: entry.usage,
            create: entry.create,
            current: entry.name == session.current_schema,
            roles: Vec::new(),
            looked_at: judged().fold(0, |sum, holding| holding.number.saturating_add(sum)),
            lacking: judged().any(|holding| holding.lacks(&needed, to_be_owned)),
            // A state table that the role holds nothing on is not the application's.
            row_security: held().any(|holding| holding.row_security && !(holding.is_state && holding.held.is_empty())),
        }
    }

    #[must_use]
    pub const fn exists(&self) -> bool {
        self.oid.is_some()
    }

    /// Whether a schema that was named is not there; of a search path one is enough.
    #[must_use]
    pub fn is_one_missed(schemas: &[Self], request: &Request) -> bool {
        let mut missing = schemas.iter().map(|schema| !schema.exists());
        if request.schemas.is_empty() {
            !schemas.is_empty() && missing.all(|is_missing| is_missing)
        } else {
            missing.any(|is_missing| is_missing)
        }
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
