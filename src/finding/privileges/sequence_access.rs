use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::privileges::grants::{self, qualified};
use crate::privileges::sequences::SequencesSeen;
use crate::quote::sql_ident;
use crate::remedy::{Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Privileges,
    slug: "sequence-access",
    severity: Severity::Fail,
    title: "the role may not use sequences that column defaults need",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("permission denied for sequence {sequence}")];

/// How many sequences are named one by one.
const NAMED: usize = 20;

/// Sequences that lack USAGE.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, seen: &SequencesSeen) -> Finding {
    let mut finding = KIND
        .found(match seen.lacking.as_slice() {
            [one] => format!(
                "role \"{role}\" lacks USAGE on sequence {}",
                Foreign::new(qualified(&one.schema, &one.name))
            ),
            many => format!("role \"{role}\" lacks USAGE on {} sequences that column defaults use", many.len()),
        })
        .detail(
            "INSERT takes the default of a column from the sequence, and the server answers 42501, \"permission denied for sequence\".",
        );
    for sequence in seen.lacking.iter().take(NAMED) {
        finding = finding.evidence(format!(
            "{} (owner \"{}\"), the default of {}, lacks USAGE",
            Foreign::new(qualified(&sequence.schema, &sequence.name)),
            sequence.owner,
            sequence.column
        ));
    }
    let more = seen.lacking.len().saturating_sub(NAMED);
    if more > 0 {
        finding = finding.evidence(format!("… and {more} more; the remedy covers all of them"));
    }
    let roles: std::collections::BTreeSet<_> = seen.lacking.iter().flat_map(|sequence| &sequence.roles).collect();
    for other in roles {
        finding = finding.candidate(
            format!("the application is meant to act as \"{other}\", of which \"{role}\" is a member without inheriting"),
            format!("look for SET ROLE {} in the application's settings", sql_ident(other.raw())),
        );
    }
    let grants = grants::on_sequences(role, seen);
    finding.remedy(Remedy::new(
        format!("grant \"{role}\" USAGE on the sequences"),
        [
            Step::sql(database.raw(), "lets the role draw numbers from the sequences", grants.run())
                .undo(grants.undo())
                .actor(grants.actor()),
        ],
    ))
}
