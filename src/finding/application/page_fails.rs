//! `application/page-fails`

use crate::finding::{Finding, Kind, Severity};
use crate::health::logs;
use crate::health::page::Page;
use crate::health::url::HealthUrl;
use crate::layer::Layer;
use crate::remedy::Remedy;
use crate::request::Origin;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Application,
    slug: "page-fails",
    severity: Severity::Fail,
    title: "the application's own page fails, and the database is sound",
};

/// A page that fails; `recognised` is what its text says of the database.
#[must_use]
pub fn finding(url: &HealthUrl, origin: &Origin, page: &Page, recognised: &[Finding]) -> Finding {
    let mut finding = KIND
        .found(format!("{url} answers {}", page.answer()))
        .detail("Every layer up to the database that was looked at is sound with these settings, so the fault lies in the application: in the settings that its running process really has, in its code, or in what stands before it.")
        .evidence(format!("GET {url}: {}", page.answer()));
    if let Some(server) = &page.server {
        finding = finding.evidence(format!("Server: {server}"));
    }
    if !page.words.is_empty() {
        finding = finding.evidence(format!("the page says: {}", page.excerpt()));
    }
    for known in recognised {
        finding = finding.evidence(format!("in its text: {}: {}", known.kind.code(), known.title));
    }
    let finding = if recognised.is_empty() {
        finding
            .candidate(
                "the application's code fails",
                "its log has a traceback from the time of this check",
            )
            .candidate(
                "the running process has other settings than those that were checked",
                "dbdoctor check --pid with the number of its main process",
            )
            .candidate(
                "a server before the application does not reach it",
                "its log names the upstream, refused or timed out",
            )
    } else {
        finding
            .candidate(
                "the running process has other settings than those that were checked",
                "dbdoctor check --pid with the number of its main process",
            )
            .candidate(
                "the application keeps connections from before the database was mended",
                "the page is sound after a restart of the application",
            )
    };
    finding.remedy(Remedy::new(
        "read the application's log from the time of this check, and mend what it names",
        logs::step(origin, page.server.as_ref()),
    ))
}
