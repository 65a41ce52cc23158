//! `auth/timeout`

use std::time::Duration;

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "timeout",
    severity: Severity::Fail,
    title: "the login is not decided in time",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    error.is("57014") || error.says(&["canceling authentication due to timeout", "client_login_timeout"])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    built(scene, "the server gave the login up: it took too long").evidence(error.to_string())
}

/// Nothing came within the doctor's own time limit.
#[must_use]
pub fn silence(scene: &Scene<'_>, limit: Duration) -> Finding {
    built(
        scene,
        &format!(
            "{} does not decide on the login within {} s",
            scene.route.address,
            limit.as_secs_f32()
        ),
    )
    .evidence(format!("nothing received within {} s after the last message", limit.as_secs_f32()))
}

fn built(scene: &Scene<'_>, title: &str) -> Finding {
    let asked = scene.method.map_or_else(
        || "Nothing had been asked for yet".to_owned(),
        |method| format!("The method is {}", method.name()),
    );
    KIND.found(title)
        .detail(format!("{asked}; whether the password is right is not known."))
        .candidate(
            "a pooler waits for its server, or for a free connection to it",
            "SHOW POOLS; in the pooler's console: cl_waiting, maxwait",
        )
        .candidate(
            "the server asks a directory that does not answer (LDAP, RADIUS, PAM)",
            "the server's log at this moment",
        )
        .candidate("the server hangs", "look at load, memory and disk on the database host")
        .remedy(Remedy::new(
            "see what the login waits for",
            [Step::new(Place::DatabaseHost, "look at the log at this moment")
                .run("journalctl -u 'postgresql*' -u pgbouncer --since -5min --no-pager")],
        ))
}
