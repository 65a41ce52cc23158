//! A migration failed half way, or has not ended.

use crate::explain::logged::Text;
use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::migrations::listing::{lines, quoted, quoted_list};
use crate::migrations::tools::Tool;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "dirty",
    severity: Severity::Fail,
    title: "a migration failed half way, or has not ended",
    explanation: Explanation {
        meaning: "The migration tool recorded that it began a migration and not that it ended well. What the migration did up to then may \
                  be there or not: where it ran in one transaction everything is undone, elsewhere a part stays. The tool refuses to go on \
                  until somebody says how it stands.",
        tell: "The tool's own words: golang-migrate's `Dirty database version N. Fix and force version.`, Prisma's P3009, Flyway's \
               `Detected failed migration`. A migration that runs at this moment looks the same in some records: look for it among \
               the server's sessions first.",
        causes: &[
            "A statement of the migration failed: a privilege, a value that breaks a constraint, a lock that was not to be had.",
            "The process was killed while it migrated: a deployment's time limit, too little memory.",
            "The migration is still running.",
        ],
        fixes: &[
            "Find out which statements of the migration took effect, complete them or take them back, then tell the tool.",
            "Only then run the rest.",
        ],
        mistaken_for: "Pending migrations: running the tool again does not help, it stops at the mark.",
    },
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("Dirty database version {_}. Fix and force version"),
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
        .candidate("the migration failed, and nobody cleared the mark", "no session of the server runs it")
        .candidate("the migration is running now", "a session of the server runs its statements")
        .remedy(Remedy::new(
            "see what the migration left behind, put it right, then clear the mark",
            [
                Step::sql(database, "See whether it is still running.", look),
                Step::new(Place::Code, format!("If it is not: {}.", tool.repair)),
            ],
        ))
}
