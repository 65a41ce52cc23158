//! `config/connect-timeout-short`

use std::time::Duration;

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::target::Target;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "connect-timeout-short",
    severity: Severity::Warn,
    title: "connect_timeout is shorter than connecting takes",
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
