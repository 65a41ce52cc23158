//! A migration failed half way, or has not ended.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::listing::{lines, quoted, quoted_list};
use crate::migrations::tools::Tool;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "dirty",
    severity: Severity::Fail,
    title: "a migration failed half way, or has not ended",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Dirty database version {_}. Fix and force version"),
    Text::near_driver("Detected failed migration to version {migration}"),
    Text::new("migrate found failed migrations in the target database"),
    Text::new("is partially applied; fix and remove row from `_sqlx_migrations` table"),
];

/// Migrations of `tool` that its `table` marks as failed.
#[must_use]
pub fn found(tool: &Tool, table: &str, database: &str, failed: &[String]) -> Finding {
    let look = "SELECT pid, usename, state, xact_start, left(query, 80) AS query FROM pg_stat_activity \
                WHERE datname = current_database() AND state != 'idle' ORDER BY xact_start;";
    let finding = KIND
        .found(format!("{}: {} failed half way, or has not ended", tool.name, quoted_list(failed)))
        .detail(format!(
            "{} marks it in table {table}, and refuses every further migration while the mark is there. How much of it took effect \
             the record does not tell.",
            tool.name
        ));
    lines(failed.iter().map(|name| format!("marked: {}", quoted(name))))
        .into_iter()
        .fold(finding, Finding::evidence)
        .candidate(
            "the migration failed, and nobody cleared the mark",
            "no session of the server runs it",
        )
        .candidate("the migration is running now", "a session of the server runs its statements")
        .remedy(Remedy::new(
            "see what the migration left behind, put it right, then clear the mark",
            [
                Step::sql(database, "See whether it is still running.", look),
                Step::new(Place::Code, format!("If it is not: {}.", tool.repair)),
            ],
        ))
}
