use std::collections::BTreeMap;

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::privileges::grants::qualified;
use crate::privileges::seen::Relation;
use crate::quote::sql_ident;
use crate::remedy::{Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "not-owner",
    severity: Severity::Fail,
    title: "the role does not own tables that it has to alter",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("must be owner of table {table}"),
    Text::new("must be owner of relation {table}"),
    Text::new("must be owner of view {table}"),
    Text::new("must be owner of sequence {table}"),
    Text::new("must be owner of schema {table}"),
    Text::new("must be owner of extension {table}"),
    Text::new("must be owner of type {table}"),
    Text::new("must be owner of function {table}"),
    Text::new("must be owner of index {table}"),
    Text::new("must be owner of materialized view {table}"),
    Text::new("must be owner of database {table}"),
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
    let alter = |relation: &Relation, owner: &str| {
        format!("ALTER {} {} OWNER TO {owner};", relation.kind.sql(), qualified(&relation.schema, &relation.name))
    };
    let run: Vec<_> = foreign.iter().map(|relation| alter(relation, &role_sql)).collect();
    let undo: Vec<_> = foreign.iter().map(|relation| alter(relation, &sql_ident(relation.owner.raw()))).collect();
    finding.remedy(Remedy::new(
        format!("run the migrations as the owner; or, where \"{role}\" is to own the tables, hand them over"),
        [Step::sql(
            database.raw(),
            "hands the tables over, with the sequences of their serial columns; the old owner then needs grants to go on using them",
            run.join("\n"),
        )
        .undo(undo.join("\n"))
        .actor("superuser")],
    ))
}
