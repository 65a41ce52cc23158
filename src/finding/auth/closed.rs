//! `auth/closed`

use crate::explain::logged::Text;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::server::refusal::Scene;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Auth,
    slug: "closed",
    severity: Severity::Fail,
    title: "the connection is closed during the login",
};

/// What logs say of it: TLS stood, and no session yet.
pub const TEXTS: &[Text] = &[Text::new(
    "connection to server at \"{_}port {port} failed: SSL connection has been closed unexpectedly",
)];

/// The scene, with the stream's last words.
#[must_use]
pub fn finding(scene: &Scene<'_>, text: &str) -> Finding {
    let asked = scene.method.map_or_else(
        || "before anything was asked for".to_owned(),
        |method| format!("after the server had asked for {}", method.name()),
    );
    KIND.found(format!("{} closes the connection during the login", scene.route.address))
        .detail(format!(
            "It was closed {asked}, without an error message. PostgreSQL gives a reason before it hangs up."
        ))
        .evidence(format!("{}: {text}", scene.route.address))
        .candidate("a proxy in front of the server hung up", "its log, and the health of its backends")
        .candidate(
            "the server process crashed or was killed",
            "the server's log at this moment; the kernel's log for an OOM kill",
        )
        .remedy(Remedy::new(
            "find out who hung up",
            [Step::new(Place::DatabaseHost, "look for a crash, and for the kernel's OOM killer")
                .run("journalctl -u 'postgresql*' --since -5min --no-pager; journalctl -k --since -5min --no-pager")],
        ))
}
