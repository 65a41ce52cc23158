//! `application/page-redirects`

use crate::finding::{Finding, Kind, Severity};
use crate::health::page::Page;
use crate::health::url::HealthUrl;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

/// What is known beforehand.
pub static KIND: Kind = Kind {
    layer: Layer::Application,
    slug: "page-redirects",
    severity: Severity::Warn,
    title: "the application sends the reader of its page elsewhere",
};

/// A page that sends its reader elsewhere.
#[must_use]
pub fn finding(url: &HealthUrl, page: &Page) -> Finding {
    let mut finding = KIND
        .found(format!("{url} answers {}, and no page", page.answer()))
        .detail("Redirects are not followed: the doctor asks only what it is told to. Whether the page behind it reads the database is not known.")
        .evidence(format!("GET {url}: {}", page.answer()));
    if let Some(location) = &page.location {
        finding = finding.evidence(format!("Location: {location}"));
    }
    finding.remedy(Remedy::new(
        "name the page itself",
        [Step::new(
            Place::AppHost,
            "name the address that the redirect leads to, or a page that needs no login",
        )],
    ))
}
