//! `pool/prepared-statements`: a pooler and prepared statements do not go together.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pooler::Console;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "prepared-statements",
    severity: Severity::Fail,
    title: "a prepared statement is missing or there twice, as behind a transaction pooler",
};

/// What logs say of it.
pub const TEXTS: &[Text] = &[
    Text::new("prepared statement \"{statement}\" does not exist"),
    Text::new("prepared statement \"{statement}\" already exists"),
];

/// The pooler does not track prepared statements, and the application's driver makes some by itself; `off` turns that off.
#[must_use]
pub fn live(console: &Console, mode: &Foreign, driver: &str, off: &str) -> Finding {
    let tracked = console.setting("max_prepared_statements");
    KIND.found(format!("{driver} prepares statements, and the pooler does not keep them apart (pool_mode = {mode})"))
        .severity(Severity::Warn)
        .detail(format!(
            "{driver} prepares statements by itself. In this mode each transaction may meet another session, in which the statement is unknown, or there already under \
             the same name. Unless the application has turned it off, which cannot be seen from here, it meets 26000 or 42P05 under load."
        ))
        .evidence(format!(
            "{}, {}",
            console.version,
            tracked.map_or_else(
                || "which has no max_prepared_statements (PgBouncer has it from 1.21 on)".to_owned(),
                |number| format!("max_prepared_statements = {number}")
            )
        ))
        .remedy(Remedy::new(
            "turn prepared statements off in the driver, or let the pooler track them",
            [
                Step::new(Place::AppConfig, format!("{driver}: {off}")),
                Step::new(Place::Pooler, "or, with PgBouncer 1.21 or later: max_prepared_statements = 200, then RELOAD on its console"),
            ],
        ))
}
