use std::collections::{BTreeMap, BTreeSet};

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::privileges::grants::{self, qualified};
use crate::privileges::privilege::{Privilege, keywords};
use crate::privileges::relations::{Relation, RelationsSeen};
use crate::quote::sql_ident;
use crate::remedy::{Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "table-access",
    severity: Severity::Fail,
    title: "the role lacks privileges on tables",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("permission denied for table {table}"),
    Text::new("permission denied for view {table}"),
    Text::new("permission denied for materialized view {table}"),
    Text::new("permission denied for relation {table}"),
    Text::new("permission denied for foreign table {table}"),
    Text::new("permission denied for column \"{column}\" of relation \"{table}\""),
];

/// How many relations are named one by one.
const NAMED: usize = 20;

/// Relations that lack something altogether.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, lacking: &[&Relation], seen: &RelationsSeen) -> Finding {
    let looked_at = seen.looked_at();
    let union: BTreeSet<_> = lacking.iter().flat_map(|relation| relation.lacks.iter().copied()).collect();
    let title = match lacking {
        [one] => format!("role \"{role}\" lacks {} on {} {}", keywords(&union), one.kind.words(), shown(one)),
        many => format!(
            "role \"{role}\" lacks {} on {} of {looked_at} tables and views",
            keywords(&union),
            many.len()
        ),
    };
    let finding = KIND
        .found(title)
        .detail("The server answers 42501, \"permission denied for table\", to every statement that needs one of these privileges.");
    let finding = with_evidence(finding, lacking, |relation| {
        format!(
            "{} ({}, owner \"{}\") lacks {}",
            shown(relation),
            relation.kind.words(),
            relation.owner,
            keywords(&relation.lacks)
        )
    });
    with_roles(finding, role, lacking).remedy(remedy(role, database, lacking, seen, |relation| &relation.lacks))
}

/// Relations on which some columns are granted, others not.
#[must_use]
pub fn some_columns(role: &Foreign, database: &Foreign, partly: &[&Relation], seen: &RelationsSeen) -> Finding {
    let title = match partly {
        [one] => format!(
            "role \"{role}\" has {} on some columns of {} only",
            keywords(&one.partly),
            shown(one)
        ),
        many => format!(
            "role \"{role}\" has its privileges on some columns only, on {} tables and views",
            many.len()
        ),
    };
    let finding = KIND
        .found(title)
        .severity(Severity::Warn)
        .detail(
            "A statement that touches another column, as SELECT * and most object-relational mappers do, is refused with 42501. Where the columns were \
             chosen on purpose, all is well: which columns the application uses cannot be seen.",
        );
    with_evidence(finding, partly, |relation| {
        let columns: Vec<_> = relation
            .partly
            .iter()
            .map(|privilege| match relation.columns.get(privilege.sql()) {
                Some(columns) => {
                    let columns: Vec<_> = columns.iter().map(|column| Foreign::from(column.as_str()).to_string()).collect();
                    format!("{} ({})", privilege.sql(), columns.join(", "))
                }
                None => format!("{} on some columns, through another role", privilege.sql()),
            })
            .collect();
        format!("{} ({}): {}", shown(relation), relation.kind.words(), columns.join("; "))
    })
    .candidate(
        "the columns were granted one by one on purpose",
        "ask who granted them; compare with what the application selects",
    )
    .candidate(
        "columns were added after the grant",
        "compare the columns listed with those that the table has now",
    )
    .remedy(remedy(role, database, partly, seen, |relation| &relation.partly))
}

/// Partitions and foreign tables that the application may never name itself.
#[must_use]
pub fn maybe_unused(role: &Foreign, database: &Foreign, lacking: &[&Relation], seen: &RelationsSeen) -> Finding {
    let finding = KIND
        .found(match lacking {
            [one] => format!("role \"{role}\" lacks {} on {}, which it may not need", keywords(&one.lacks), shown(one)),
            many => format!("role \"{role}\" lacks privileges on {} partitions or foreign tables, which it may not need", many.len()),
        })
        .severity(Severity::Info)
        .detail(
            "A partition is reached through its parent, whose privileges then count; a foreign table may be there only to be read. Only a statement \
             that names one of these itself is refused.",
        );
    with_evidence(finding, lacking, |relation| {
        format!("{} lacks {}", shown(relation), keywords(&relation.lacks))
    })
    .remedy(remedy(role, database, lacking, seen, |relation| &relation.lacks))
}

fn shown(relation: &Relation) -> String {
    Foreign::new(qualified(&relation.schema, &relation.name)).to_string()
}

fn with_evidence(mut finding: Finding, relations: &[&Relation], line: impl Fn(&Relation) -> String) -> Finding {
    for relation in relations.iter().take(NAMED) {
        finding = finding.evidence(line(relation));
    }
    match relations.len().saturating_sub(NAMED) {
        0 => finding,
        more => finding.evidence(format!("… and {more} more; the remedy covers all of them")),
    }
}

/// Roles that have what is lacking and that this one could become.
fn with_roles(mut finding: Finding, role: &Foreign, lacking: &[&Relation]) -> Finding {
    let mut counts: BTreeMap<&Foreign, usize> = BTreeMap::new();
    for other in lacking.iter().flat_map(|relation| &relation.roles) {
        *counts.entry(other).or_default() += 1;
    }
    for (other, count) in counts {
        finding = finding.candidate(
            format!(
                "the application is meant to act as \"{other}\", of which \"{role}\" is a member without inheriting: it has what is missing on {count} of {}",
                lacking.len()
            ),
            format!("look for SET ROLE {} in the application's settings", sql_ident(other.raw())),
        );
    }
    finding
}

fn remedy(
    role: &Foreign,
    database: &Foreign,
    relations: &[&Relation],
    seen: &RelationsSeen,
    missing: fn(&Relation) -> &BTreeSet<Privilege>,
) -> Remedy {
    let grants = grants::on_relations(role, relations, seen, missing);
    Remedy::new(
        match relations {
            [one] => format!("grant \"{role}\" what is missing, on {}", shown(one)),
            many => format!("grant \"{role}\" what is missing, on {} tables and views", many.len()),
        },
        [
            Step::sql(database.raw(), "grants exactly what is missing on what exists now", grants.run())
                .undo(grants.undo())
                .actor(grants.actor()),
        ],
    )
}
