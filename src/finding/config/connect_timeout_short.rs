//! `config/connect-timeout-short`

use std::time::Duration;

use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::target::Target;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "connect-timeout-short",
    severity: Severity::Warn,
    title: "connect_timeout is shorter than connecting takes",
    explanation: Explanation {
        meaning: "The settings limit how long connecting to one address may take, from the first packet to the login, and it took longer just now. \
            The application would have given up, or gone on to the next host.",
        tell: "The driver says \"timeout expired\" although the server answers; this report's rows tcp, tls and auth say which step is slow.",
        causes: &[
            "A database that is woken by the first connection.",
            "A slow network, or a server under load.",
            "Authentication that asks a directory.",
        ],
        fixes: &[
            "Raise connect_timeout; libpq up to 16 takes 1 as 2 seconds.",
            "Make the slow step faster.",
        ],
        mistaken_for: "An unreachable server.",
    },
};

/// How long it took, and how long it may.
#[must_use]
pub fn finding(target: &Target, allowed: Duration, took: Duration) -> Finding {
    let seconds = took.as_secs() + 1;
    KIND.found(format!(
        "connecting took {:.1} s, and connect_timeout allows {} s",
        took.as_secs_f32(),
        allowed.as_secs()
    ))
    .detail("The check waited longer than the application would. libpq counts TCP, TLS and login of one address together, without the name lookup.")
    .evidence(format!("connect_timeout={}, from {}", allowed.as_secs(), target.source))
    .remedy(Remedy::new(
        "give connecting more time, or find out why it is slow",
        [Step::new(
            Place::AppConfig,
            format!("set connect_timeout to more than {seconds} (seconds); 10 is usual where a database may have to wake up"),
        )],
    ))
}
