//! `pool/wraparound`: the server is near the last transaction that it can number, or past it.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pool::seen::{Age, CIRCLE};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "wraparound",
    severity: Severity::Fail,
    title: "the server gives out no more transaction IDs",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[Text::new("to avoid wraparound data loss in database \"{database}\"")];

/// What keeps vacuum from taking old rows away.
const HOLDERS: &str = "SELECT 'session ' || pid AS holder, age(backend_xmin) FROM pg_stat_activity WHERE backend_xmin IS NOT NULL \
UNION ALL SELECT 'prepared transaction ' || gid, age(transaction) FROM pg_prepared_xacts \
UNION ALL SELECT 'replication slot ' || slot_name, greatest(age(xmin), age(catalog_xmin)) FROM pg_replication_slots \
ORDER BY 2 DESC NULLS LAST LIMIT 10;";

/// Databases that are old, the oldest first; `stopped` where no transaction that writes begins any more.
#[must_use]
pub fn finding(asked_in: &Foreign, ages: &[Age], stopped: bool) -> Finding {
    let oldest = ages.iter().map(Age::greatest).max().unwrap_or_default();
    let left = CIRCLE - oldest;
    let names: Vec<String> = ages.iter().map(|age| format!("\"{}\"", age.database)).collect();
    let names = names.join(", ");
    let finding = if stopped {
        KIND.found(format!("the server gives out no more transaction IDs, because of database {names}"))
            .detail(
                "Every statement that writes is refused (\"database is not accepting commands …\", 54000), in all databases; reading goes on. It lasts until vacuum has \
                 been over the oldest tables: neither a restart nor a GRANT helps.",
            )
    } else {
        KIND.found(format!("{left} IDs of transactions or of row locks are left, because of database {names}"))
            .severity(Severity::Warn)
            .detail("Vacuum has not got round to its oldest rows for far longer than it should. When nothing is left, statements that need a new one are refused, in all databases.")
    };
    let evidence = |age: &Age| {
        format!(
            "\"{}\": oldest row {} transactions old, oldest row lock {} multixacts old, of {CIRCLE}",
            age.database, age.transactions, age.multixacts
        )
    };
    let finding = ages.iter().fold(finding, |finding, age| finding.evidence(evidence(age)));
    let mut steps = vec![
        Step::sql(
            asked_in.raw(),
            "shows what holds vacuum back: end the oldest of them first",
            HOLDERS,
        )
        .actor("superuser"),
    ];
    for age in ages.iter().filter(|age| age.is_open) {
        steps.push(Step::sql(age.database.raw(), "goes over all its tables; large ones take hours", "VACUUM;").actor("superuser"));
    }
    if ages.iter().any(|age| !age.is_open) {
        let text = "a database that lets nobody in, such as template0, is vacuumed by the server itself: autovacuum has to be on";
        steps.push(Step::new(Place::DatabaseHost, text));
    }
    finding
        .candidate(
            "something holds vacuum back: an old transaction, a prepared one, a replication slot",
            "the first query below shows it",
        )
        .candidate(
            "autovacuum is off, or too slow for what is written",
            "SHOW autovacuum, and the server's log has \"to prevent wraparound\"",
        )
        .remedy(Remedy::new("end what holds vacuum back, then vacuum the databases", steps))
}
