//! `pool/prepared-statements`: a pooler and prepared statements do not go together.

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pooler::{Console, Pooler};
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
    Text::new("prepared statement name is already in use"),
];

/// The application's driver prepares statements by itself, and the pooler does not keep them apart, or does not show whether it does; `off`
/// turns the former off.
#[must_use]
pub fn live(console: &Console, mode: &Foreign, driver: &str, off: &str) -> Finding {
    let pooler = console.pooler;
    let setting = match pooler {
        Pooler::PgCat => "prepared_statements_cache_size above 0 in pgcat.toml (its default is 0)",
        Pooler::Odyssey => "pool_reserve_prepared_statement yes for the route in odyssey.conf",
        _ => "with PgBouncer 1.21 or later: max_prepared_statements = 200",
    };
    let lost = format!(
        "{driver} prepares statements by itself. In this mode each transaction may meet another session, in which the statement is unknown, or there already under the same \
         name. Unless the application has turned it off, which cannot be seen from here, it meets 26000 or 42P05 under load"
    );
    let (title, severity, detail, seen) = match console.keeps_statements_apart() {
        Some(_) => (
            format!("{driver} prepares statements, and the pooler does not keep them apart (pool_mode = {mode})"),
            Severity::Warn,
            format!("{lost}."),
            console.setting("max_prepared_statements").map_or_else(
                || "which has no max_prepared_statements (PgBouncer has it from 1.21 on)".to_owned(),
                |number| format!("max_prepared_statements = {number}"),
            ),
        ),
        None => (
            format!("{driver} prepares statements, and {pooler} may not keep them apart (pool_mode = {mode})"),
            Severity::Info,
            format!("{lost}, if the pooler does not keep such statements apart, which its console does not show."),
            format!("pool_mode = {mode}"),
        ),
    };
    KIND.found(title)
        .severity(severity)
        .detail(detail)
        .evidence(format!("{}, {seen}", console.version))
        .remedy(Remedy::new(
            "turn prepared statements off in the driver, or let the pooler track them",
            [
                Step::new(Place::AppConfig, format!("{driver}: {off}")),
                Step::new(Place::Pooler, format!("or {setting}; then RELOAD on its console")),
            ],
        ))
}
