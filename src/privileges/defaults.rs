//! What this role would get on what other roles make next.

use std::collections::BTreeSet;

use super::holdings::Holding;
use super::privilege::Privilege;
use super::relations::RelationKind;
use super::schemas::SchemaSeen;
use super::scope;
use super::session::SessionSeen;
use crate::foreign::Foreign;
use crate::request::Request;
use crate::server::answer::{Columns, Record};
use crate::verdict::Breakage;

/// The question: one row for each privilege that default privileges give to this role.
#[must_use]
pub fn sql(request: &Request) -> String {
    format!(
        "SELECT pg_get_userbyid(f.defaclrole), f.defaclnamespace, f.defaclobjtype, x.privilege_type FROM pg_default_acl f, aclexplode(f.defaclacl) x
WHERE (f.defaclnamespace = '0' OR f.defaclnamespace IN (SELECT n.oid FROM pg_namespace n WHERE {}))
  AND CASE WHEN x.grantee = '0' THEN true ELSE pg_has_role(x.grantee, 'USAGE') END",
        scope::may_be_wanted(request)
    )
}

/// The question whose tables take defaults from sequences of their own: one row for each schema and owner.
#[must_use]
pub fn sequences_sql(names: &[Foreign]) -> String {
    format!(
        "WITH {}
SELECT DISTINCT n.nspname, pg_get_userbyid(q.relowner) FROM wanted w JOIN pg_namespace n ON n.nspname = w.name JOIN pg_class q ON q.relnamespace = n.oid
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = q.oid AND d.classid = 'pg_attrdef'::regclass
WHERE q.relkind = 'S'",
        scope::wanted(names)
    )
}

/// A privilege that this role would get.
#[derive(Debug)]
pub struct Given {
    /// On what this role makes.
    maker: Foreign,
    /// The OID of the schema; 0 are all.
    schema: String,
    /// `pg_default_acl.defaclobjtype`
    object: String,
    word: String,
}

impl Record for Given {
    fn read(row: &mut Columns<'_>) -> Result<Self, Breakage> {
        Ok(Self {
            maker: row.name()?,
            schema: row.text()?.to_owned(),
            object: row.text()?.to_owned(),
            word: row.text()?.to_owned(),
        })
    }
}

/// What this role would get on a table, or on the sequence of a `serial` column, that another one makes next.
#[derive(Debug, Clone)]
pub struct Defaults {
    pub schema: Foreign,
    /// The role that owns tables of the schema now, and that this one is no member of.
    pub maker: Foreign,
    pub tables: BTreeSet<Privilege>,
    pub sequences: bool,
}

impl Defaults {
    /// One for each schema and role that owns tables there.
    #[must_use]
    pub fn all(session: &SessionSeen, schemas: &[SchemaSeen], holdings: &[Holding], given: &[Given]) -> Vec<Self> {
        let mut all = Vec::new();
        for schema in schemas {
            let Some(oid) = &schema.oid else { continue };
            let is_table = |holding: &&Holding| matches!(holding.kind, Some(RelationKind::Table | RelationKind::Partitioned));
            let of_others = holdings
                .iter()
                .filter(|holding| holding.schema == *oid && holding.is_judged() && !holding.owned);
            let makers: BTreeSet<&Foreign> = of_others.filter(is_table).map(|holding| &holding.owner).collect();
            for maker in makers {
                let is_given = |object: &str, word: &str| {
                    let mut given = given
                        .iter()
                        .filter(|given| given.maker == *maker && ["0", oid].contains(&given.schema.as_str()));
                    given.any(|given| given.object == object && given.word == word)
                };
                let is_covered = |privilege: &Privilege| {
                    let has_all = if *privilege == Privilege::Select {
                        session.reads_all
                    } else {
                        session.writes_all
                    };
                    has_all || is_given("r", privilege.sql())
                };
                all.push(Self {
                    schema: schema.name.clone(),
                    maker: maker.clone(),
                    tables: Privilege::ALL.into_iter().filter(is_covered).collect(),
                    sequences: session.writes_all || is_given("S", "USAGE") || is_given("S", "UPDATE"),
                });
            }
        }
        all
    }
}
