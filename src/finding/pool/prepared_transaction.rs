use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pool::seen::Prepared;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "prepared-transaction",
    severity: Severity::Warn,
    title: "a transaction was prepared and never ended",
};

/// How many are named one by one.
const NAMED: usize = 10;

/// Transactions that were prepared long ago, the oldest first.
#[must_use]
pub fn finding(database: &Foreign, prepared: &[Prepared]) -> Finding {
    let oldest = prepared.iter().map(|transaction| transaction.seconds).max().unwrap_or_default();
    let title = match prepared {
        [_] => format!("1 prepared transaction has been waiting for its commit for {oldest} s"),
        many => format!(
            "{} prepared transactions wait for their commit, the oldest for {oldest} s",
            many.len()
        ),
    };
    let mut finding = KIND.found(title).detail(
        "It takes no connection slot, but keeps its locks and holds back vacuum, through restarts too, until somebody commits it or rolls it back.",
    );
    for transaction in prepared.iter().take(NAMED) {
        finding = finding.evidence(transaction.to_string());
    }
    finding
        .candidate(
            "the coordinator of a two-phase commit ended between the two phases",
            "its log names the transaction; it may finish it once it runs again",
        )
        .candidate("somebody used PREPARE TRANSACTION by hand or in a test", "no running program knows the name")
        .remedy(Remedy::new(
            "let its coordinator finish it, or finish it by hand",
            [
                Step::sql(
                    database.raw(),
                    "shows the prepared transactions of all databases",
                    "SELECT gid, owner, database, prepared, now() - prepared AS waiting FROM pg_prepared_xacts ORDER BY prepared;",
                ),
                Step::new(
                    Place::Database,
                    "once it is known which way it was meant to end: COMMIT PREPARED or ROLLBACK PREPARED with its name, in its own database, as its owner or a superuser",
                ),
            ],
        ))
}
