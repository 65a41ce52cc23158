//! `application/page-refused`

use crate::finding::{Finding, Kind, Severity};
use crate::health::logs;
use crate::health::page::Page;
use crate::health::url::HealthUrl;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};
use crate::request::Origin;

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Application,
    slug: "page-refused",
    severity: Severity::Fail,
    title: "the application does not give its page out",
};

/// A page that is refused.
#[must_use]
pub fn finding(url: &HealthUrl, origin: &Origin, page: &Page) -> Finding {
    let mut finding = KIND
        .found(format!("{url} answers {}", page.answer()))
        .detail("The application, or a server before it, answers, but not with this page: whether it reads its database is not known. The database itself is sound with these settings.")
        .evidence(format!("GET {url}: {}", page.answer()));
    if !page.words.is_empty() {
        finding = finding.evidence(format!("the page says: {}", page.excerpt()));
    }
    let finding = match page.status {
        401 | 403 | 407 => finding.candidate(
            "the page wants credentials, or another address than this one",
            "the page in a browser that is logged in",
        ),
        400 => finding.candidate(
            "the application does not know the host name of the URL (Django's ALLOWED_HOSTS)",
            "the application's log names the host",
        ),
        404 | 410 => finding
            .candidate(
                "the page has another path",
                "flask routes, or urls.py, does not have the one of the URL",
            )
            .candidate(
                "the release with this page is not the one that runs",
                "ps -o lstart= -p PID is before the deploy",
            ),
        429 => finding.candidate("too many requests came from here", "the answer a minute later"),
        _ => finding.candidate(
            "the page wants another kind of request",
            "flask routes, or the code of the view, says which methods it takes",
        ),
    };
    let mut steps = vec![Step::new(
        Place::AppHost,
        "name a page that answers GET without a login, and reads the database",
    )];
    steps.extend(logs::step(origin, page.server.as_ref()));
    finding.remedy(Remedy::new("name the right page, or let the application give it out", steps))
}
