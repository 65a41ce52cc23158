//! The version table holds a revision together with one that comes after it.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::migrations::alembic::Tree;
use crate::listing::{quoted, quoted_list};
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "overlapping-rows",
    severity: Severity::Warn,
    title: "the version table holds a revision together with its successor",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Requested revision {revision} overlaps with other requested revisions"),
];

/// `pairs` of rows, the first an ancestor of the second.
#[must_use]
pub fn found(tree: &Tree, database: &str, pairs: &[(&str, &str)]) -> Finding {
    let mut earlier: Vec<&str> = pairs.iter().map(|(earlier, _)| *earlier).collect();
    earlier.sort_unstable();
    earlier.dedup();
    let table = match &tree.version_table.schema {
        Some(schema) => format!("{}.{}", quote::sql_ident(schema), quote::sql_ident(&tree.version_table.name)),
        None => quote::sql_ident(&tree.version_table.name),
    };
    let list: Vec<String> = earlier.iter().map(|id| quote::sql_literal(id)).collect();
    let mut step = Step::new(
        Place::Database,
        format!(
            "With no upgrade running, remove the earlier of the two: DELETE FROM {table} WHERE version_num IN ({});",
            list.join(", ")
        ),
    )
    .undo(format!("INSERT INTO {table} (version_num) VALUES ({});", list.join("), (")));
    step.database = Some(database.to_owned());
    let finding = KIND
        .found(format!("the version table holds {} beside a revision that includes it", quoted_list(&earlier)))
        .detail(
            "The schema is not in doubt: the later revision includes the earlier one. Alembic refuses every upgrade with `Requested \
             revision … overlaps with other requested revisions …` until the earlier row is gone.",
        );
    pairs
        .iter()
        .take(crate::listing::SHOWN)
        .map(|(earlier, later)| format!("row {} is an ancestor of row {}", quoted(earlier), quoted(later)))
        .fold(finding, Finding::evidence)
        .remedy(Remedy::new("delete the row of the earlier revision", [step]))
}
