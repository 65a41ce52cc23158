use std::collections::BTreeMap;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::privileges::grants::qualified;
use crate::privileges::relations::Relation;
use crate::quote::sql_ident;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "not-owner",
    severity: Severity::Fail,
    title: "the role does not own what it has to alter",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("must be owner of table {table}"),
    Text::new("must be owner of relation {table}"),
    Text::new("must be owner of view {table}"),
    Text::new("must be owner of sequence {sequence}"),
    Text::new("must be owner of schema {schema}"),
    Text::new("must be owner of extension {extension}"),
    Text::new("must be owner of type {type}"),
    Text::new("must be owner of function {function}"),
    Text::new("must be owner of index {object}"),
    Text::new("must be owner of materialized view {table}"),
    Text::new("must be owner of database {database}"),
];

/// How many relations are named one by one.
const NAMED: usize = 20;

/// Relations whose owner's privileges the role does not have.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, foreign: &[&Relation]) -> Finding {
    let role_sql = sql_ident(role.raw());
    let mut owners: BTreeMap<&Foreign, usize> = BTreeMap::new();
    for relation in foreign {
        *owners.entry(&relation.owner).or_default() += 1;
    }
    let counts: Vec<_> = owners.iter().map(|(owner, count)| format!("\"{owner}\" ({count})")).collect();
    let mut finding = KIND
        .found(match foreign {
            [one] => format!("role \"{role}\" does not own {} {}", one.kind.words(), Foreign::new(qualified(&one.schema, &one.name))),
            many => format!("role \"{role}\" does not own {} tables and views", many.len()),
        })
        .detail(format!(
            "The application has to alter and drop (ddl is among the needs), and the server answers 42501, \"must be owner of table\". They belong to {}.",
            counts.join(", ")
        ));
    for relation in foreign.iter().take(NAMED) {
        finding = finding.evidence(format!(
            "{} ({}) belongs to \"{}\"",
            Foreign::new(qualified(&relation.schema, &relation.name)),
            relation.kind.words(),
            relation.owner
        ));
    }
    let more = foreign.len().saturating_sub(NAMED);
    if more > 0 {
        finding = finding.evidence(format!("… and {more} more; the remedy covers all of them"));
    }
    for owner in owners.keys() {
        finding = finding.candidate(
            format!("migrations are meant to run as \"{owner}\", and the settings name another role"),
            format!("look whether a second URL or role, \"{owner}\", is configured for migrations"),
        );
    }
    let steps = owners.keys().map(|owner| {
        let theirs: Vec<_> = foreign.iter().copied().filter(|relation| relation.owner == **owner).collect();
        if theirs.iter().any(|relation| relation.owner_is_superuser) {
            from_a_superuser(database, &role_sql, owner, &theirs)
        } else {
            as_a_member(role, database, owner)
        }
    });
    let as_owner = Step::new(
        Place::AppConfig,
        format!(
            "best: run the migrations as the owner, with a URL of their own for {}; the application needs no ownership then",
            listed(&owners)
        ),
    );
    finding.remedy(Remedy::new(
        format!("run the migrations as the owner; or let \"{role}\" act as the owner; or hand the tables over"),
        std::iter::once(as_owner).chain(steps).collect::<Vec<_>>(),
    ))
}

fn listed(owners: &BTreeMap<&Foreign, usize>) -> String {
    owners.keys().map(|owner| format!("\"{owner}\"")).collect::<Vec<_>>().join(", ")
}

/// A member has the owner's rights on all that exists, whatever its number.
fn as_a_member(role: &Foreign, database: &Foreign, owner: &Foreign) -> Step {
    let (role_sql, owner_sql) = (sql_ident(role.raw()), sql_ident(owner.raw()));
    Step::sql(
        database.raw(),
        format!(
            "or: lets \"{role}\" act as \"{owner}\" on everything that is \"{owner}\"'s; so that new tables are \"{owner}\"'s too, the migrations begin with SET \
             ROLE {owner_sql} (Django: assume_role in OPTIONS). Or, to hand everything of \"{owner}\" in this database over for good: REASSIGN OWNED BY {owner_sql} \
             TO {role_sql}, after which \"{owner}\" needs grants"
        ),
        format!("GRANT {owner_sql} TO {role_sql};"),
    )
    .undo(format!("REVOKE {owner_sql} FROM {role_sql};"))
    .actor("superuser, or a role that may administer the owner")
}

/// Nobody is to become a member of a superuser, and REASSIGN OWNED would take the system's own objects along.
fn from_a_superuser(database: &Foreign, role_sql: &str, owner: &Foreign, theirs: &[&Relation]) -> Step {
    let alter = |relation: &&Relation, owner: &str| {
        format!(
            "ALTER {} {} OWNER TO {owner};",
            relation.kind.sql(),
            qualified(&relation.schema, &relation.name)
        )
    };
    let run: Vec<_> = theirs.iter().map(|relation| alter(relation, role_sql)).collect();
    let undo: Vec<_> = theirs.iter().map(|relation| alter(relation, &sql_ident(owner.raw()))).collect();
    Step::sql(
        database.raw(),
        format!("or: hands over what the superuser \"{owner}\" owns, with the sequences of serial columns"),
        run.join("\n"),
    )
    .undo(undo.join("\n"))
    .actor("superuser")
}
