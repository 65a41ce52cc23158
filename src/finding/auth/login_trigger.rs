//! `auth/login-trigger`: code that the database runs at every login refuses.

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "login-trigger",
    severity: Severity::Fail,
    title: "code that the database runs at login refuses",
};

/// Whether a refusal is of this kind: a function was running, or PL/pgSQL raised it. Its SQLSTATE and its words are anybody's.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    function(error).is_some() || error.came_from("exec_stmt_raise")
}

/// The function whose call the context names: `PL/pgSQL function closed() line 1 at RAISE`.
fn function(error: &ServerError) -> Option<&str> {
    let (before, _) = error.context.as_ref()?.raw().split_once('(')?;
    before.rsplit([' ', '«', '»', '"']).find(|word| !word.is_empty())
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let (role, database) = (&scene.target.user, &scene.target.database);
    let mut finding = KIND
        .found(format!("code that database \"{database}\" runs at login refuses role \"{role}\": {}", error.message))
        .detail(
            "The role was let in, and then the database ran a function of its own, which raised this: an event trigger on login (PostgreSQL 17), or an extension \
             that calls a function at login (login_hook). Password, pg_hba.conf and network are not to blame.",
        )
        .evidence(error.to_string());
    if let Some(context) = &error.context {
        finding = finding.evidence(format!("raised in {context}"));
    }
    let look = "SELECT evtname, evtowner::regrole, evtfoid::regprocedure, evtenabled FROM pg_event_trigger WHERE evtevent = 'login'";
    let look = format!(
        "PGOPTIONS='-c event_triggers=off' psql -U postgres -d {} -c \"{look}\"",
        quote::shell(database.raw())
    );
    let which = function(error).map_or_else(String::new, |name| format!(" that calls {}()", Foreign::new(name)));
    finding.remedy(Remedy::new(
        "find out why it refuses; where it should not, turn it off",
        [
            Step::new(Place::DatabaseHost, "a superuser gets in past it, and sees the triggers on login")
                .run(look)
                .actor("superuser"),
            Step::new(
                Place::Database,
                format!("where the role is to get in, correct the function, or ALTER EVENT TRIGGER … DISABLE the one{which}"),
            )
            .actor("superuser"),
        ],
    ))
}
