//! `application/unreachable`

use std::time::Duration;

use crate::finding::{Finding, Kind, Severity};
use crate::health::ask::NoPage;
use crate::health::logs;
use crate::health::url::HealthUrl;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::request::Origin;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Application,
    slug: "unreachable",
    severity: Severity::Fail,
    title: "the application does not answer, and the database is sound",
};

/// What came instead of a page.
#[must_use]
pub fn finding(url: &HealthUrl, origin: &Origin, trouble: &NoPage, limit: Duration) -> Finding {
    let (title, seen) = match trouble {
        NoPage::NotReached(error) => (format!("{url} cannot be reached"), error.to_string()),
        NoPage::Tls(error) => (format!("TLS with {url} does not come about"), error.to_string()),
        NoPage::Closed(error) => (
            format!("{url} accepts the connection and breaks off without an answer"),
            error
                .as_ref()
                .map_or_else(|| "closed after the request".to_owned(), ToString::to_string),
        ),
        NoPage::NotHttp(bytes) => (format!("what answers at {url} does not speak HTTP"), format!("it says \"{bytes}\"")),
        NoPage::Silence => (
            format!("{url} does not answer within {} s", limit.as_secs_f32()),
            format!("no answer within {} s", limit.as_secs_f32()),
        ),
    };
    let finding = KIND
        .found(title)
        .detail("The database is sound with these settings; the application, or the server before it, is not there or hangs.")
        .evidence(format!("GET {url}: {seen}"));
    let finding = match trouble {
        NoPage::Silence => finding
            .candidate(
                "its workers are all busy, or wait for a connection of their pool or a lock",
                "the log, and pool/blocked or pool/idle-in-transaction in this report",
            )
            .candidate(
                "it waits for something else than the database",
                "the stack of a worker: py-spy dump --pid",
            ),
        NoPage::NotHttp(_) | NoPage::Tls(_) => finding.candidate(
            "the URL has the wrong scheme or port",
            "what ss lists there is another program, or speaks the other scheme",
        ),
        NoPage::NotReached(_) | NoPage::Closed(_) => finding
            .candidate(
                "the application does not run, or failed at start",
                "systemctl status does not say active (running), and its log says why",
            )
            .candidate(
                "it listens elsewhere: on a Unix socket, on another address, inside of a container",
                "sudo ss -ltnxp | grep -E 'gunicorn|uvicorn|python' lists another address or a path",
            ),
    };
    let mut steps = vec![Step::new(Place::AppHost, "see what listens there").run(format!("ss -ltnp 'sport = :{}'", url.port))];
    steps.extend(logs::step(origin, None));
    finding.remedy(Remedy::new("start the application, or name where it listens", steps))
}
