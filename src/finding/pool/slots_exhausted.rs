use crate::finding::pool::near_limit::HOLDERS;
use crate::finding::{Finding, Kind, Severity, smaller_pools};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "slots-exhausted",
    severity: Severity::Fail,
    title: "every connection slot of the server is taken",
};

/// Whether a refusal at login is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is("53300") || error.says(&["too many clients already"])
}

/// The server refused the login.
#[must_use]
pub fn finding(role: &Foreign, database: &Foreign, refusal: &ServerError) -> Finding {
    KIND.found("every connection slot of the server is taken")
        .detail(format!(
            "The server turned the connection away before it looked at the role or the password: whether \"{role}\" may log in to database \
             \"{database}\" is not known yet. Who holds the slots cannot be seen from outside."
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

fn remedy() -> Remedy {
    Remedy::new(
        "see who holds the slots, end what holds them without need, then bound the demand",
        [
            Step::sql(
                "postgres",
                "shows who holds the slots; with every slot taken, free one on the database's host first: the reserve of superusers may be used up too",
                HOLDERS,
            )
            .actor("superuser"),
            Step::new(
                Place::AppHost,
                "stop surplus workers, or restart the application that holds the idle sessions: that gives its slots back without cutting off work in progress \
                 (pg_terminate_backend(pid) ends a single session, and rolls its transaction back)",
            ),
            smaller_pools::below("max_connections minus the reserves"),
        ],
    )
}
