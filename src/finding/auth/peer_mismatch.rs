//! `auth/peer-mismatch`

use crate::finding::hba;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::error::ServerError;
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "peer-mismatch",
    severity: Severity::Fail,
    title: "the server does not take the operating system's user for the role",
};

/// Whether a refusal is of this kind.
#[must_use]
pub fn matches(error: &ServerError) -> bool {
    // Most translations leave the method's name alone.
    let by_routine = error.is("28000") && error.came_from("auth_failed") && error.says_unquoted(&["peer", "ident"]);
    by_routine || error.says(&["Peer authentication failed", "Ident authentication failed"])
}

/// The refusal, and under which circumstances it came.
#[must_use]
pub fn finding(error: &ServerError, scene: &Scene<'_>) -> Finding {
    let target = scene.target;
    let by_tcp = Step::new(Place::AppConfig, "connect by TCP, where pg_hba.conf usually asks for a password").run("host=127.0.0.1");
    let on_a_socket = hba::over_a_socket(error, scene);
    let mut steps: Vec<Step> = on_a_socket.then_some(by_tcp).into_iter().collect();
    steps.extend(hba::steps(error, scene));
    let mut finding = KIND.found(format!(
        "the server does not take the operating system's user for role \"{}\"",
        target.user
    ));
    if !on_a_socket {
        finding = finding
            .candidate(
                "the client's host runs no ident server, as is usual today",
                "the server's log has \"could not connect to Ident server at address\"",
            )
            .candidate(
                "its operating system's user is not the role",
                "the server's log has \"provided user name (…) and authenticated user name (…) do not match\"",
            );
    }
    finding
        .detail("pg_hba.conf has peer or ident for this connection. The service may run as another user than this check: what counts is the service's user.")
        .evidence(error.to_string())
        .remedy(Remedy::new(
            if on_a_socket { "connect by TCP with a password, or let pg_hba.conf ask this role for a password on the socket" } else { "let pg_hba.conf ask this role for a password" },
            steps,
        ))
}
