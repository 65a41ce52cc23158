use crate::finding::pool::near_limit::HOLDERS;
use crate::finding::{Finding, Kind, Severity, smaller_pools};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::pool::seen::{Holder, LimitsSeen};
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "reserved-slots-only",
    severity: Severity::Fail,
    title: "only reserved connection slots are left",
};

/// Whether a refusal at login is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.says(&["remaining connection slots are reserved"]) || error.is("53300") && error.came_from("InitPostgres")
}

/// The server refused the login.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, refusal: &ServerError) -> Finding {
    KIND.found(format!("role \"{role}\" finds only reserved connection slots left"))
        .detail(format!(
            "The server accepted the credentials of \"{role}\" and then refused, because every slot that an ordinary role may use is taken. Whether \
             database \"{database}\" exists and lets the role in is not known yet. An administrator can still log in."
        ))
        .evidence(refusal.to_string())
        .candidate(
            "the application's workers open more connections than the server has slots",
            "count its worker processes and multiply by the size of their pools, the overflow included",
        )
        .candidate(
            "sessions are held that nobody uses: a leak, or transactions left open",
            "list the sessions by state with the query below; many are idle, or idle in transaction",
        )
        .candidate("another application takes the slots", "list the sessions by role with the query below")
        .remedy(remedy())
}

/// A session that is in sees that the next one of its role would not be.
#[must_use]
pub fn seen(limits: &LimitsSeen, holders: &[Holder]) -> Finding {
    let usable = limits.capacity.usable();
    let mut finding = KIND
        .found(format!("{} connections are open, of which role \"{}\" may take {usable}", limits.used, limits.login))
        .detail(
            "This check still found a slot; the next connection of the application would be refused with 53300, since what is left is kept for \
             administrators.",
        )
        .evidence(limits.capacity.formula());
    for holder in holders {
        finding = finding.evidence(holder.to_string());
    }
    finding.remedy(remedy())
}

fn remedy() -> Remedy {
    Remedy::new(
            "see who holds the slots, end what holds them without need, then bound the demand",
            [
                Step::sql("postgres", "shows who holds the slots; the reserve lets a superuser in", HOLDERS).actor("superuser"),
                Step::new(
                    Place::AppHost,
                    "stop surplus workers, or restart the application that holds the idle sessions (pg_terminate_backend(pid) ends a single session, and \
                     rolls its transaction back)",
                ),
                smaller_pools::below("max_connections minus the reserves"),
            ],
    )
}
