//! Does the application itself get at its database? Asked last, and only where the user names a page that reads it.

use std::time::{Duration, Instant};

use crate::aside;

use crate::explain::scan::Scanner;
use crate::finding::Finding;
use crate::finding::application::{page_fails, page_redirects, page_refused, unreachable};
use crate::health::ask::{NoPage, ask};
use crate::health::page::Page;
use crate::health::url::HealthUrl;
use crate::request::Origin;
use crate::verdict::{Breakage, Fact, Notes, Probed};

/// Answers of a server that stands before an application which is on its way up.
const PASSING: [u16; 3] = [502, 503, 504];

/// What was answered, and whether it may pass by itself.
#[derive(Debug)]
pub struct Asked {
    pub probed: Probed<()>,
    pub passes: bool,
}

/// Asks for the page.
pub async fn probe(url: &HealthUrl, origin: &Origin, limit: Duration) -> Asked {
    let began = Instant::now();
    let answer = ask(url, limit).await;
    let took = began.elapsed();
    let mut notes = Notes::default();
    notes.fact("url", url.to_string());
    notes
        .facts
        .push(("answered_in_ms", Fact::Number((took.as_secs_f64() * 10_000.0).round() / 10.0)));
    match answer {
        Ok(page) => Asked {
            passes: PASSING.contains(&page.status),
            probed: judge(url, origin, page, took, notes).await,
        },
        Err(trouble) => Asked {
            passes: matches!(trouble, NoPage::NotReached(_) | NoPage::Closed(_)),
            probed: Probed::broken_by(unreachable::finding(url, origin, &trouble, limit), notes),
        },
    }
}

async fn judge(url: &HealthUrl, origin: &Origin, page: Page, took: Duration, mut notes: Notes) -> Probed<()> {
    notes.fact("status", i64::from(page.status));
    if let Some(server) = &page.server {
        notes.fact("server", server.to_string());
    }
    notes.fact("excerpt", page.excerpt());
    notes.summary = format!("{url} answers {} in {:.0} ms", page.answer(), took.as_secs_f64() * 1_000.0);
    match page.status {
        200..=299 => Probed::Sound((), notes),
        300..=399 => {
            notes.found(page_redirects::finding(url, &page));
            Probed::Sound((), notes)
        }
        400..=499 => Probed::broken_by(page_refused::finding(url, origin, &page), notes),
        _ => {
            let words = page.words.clone();
            let recognised = match aside::spawn(move || recognised(&words)).await {
                Ok(recognised) => recognised,
                Err(error) => return Probed::Broke(Breakage(error.to_string())),
            };
            notes.fact(
                "recognised",
                recognised.iter().map(|finding| finding.kind.code().to_string()).collect::<Vec<_>>(),
            );
            Probed::broken_by(page_fails::finding(url, origin, &page, &recognised), notes)
        }
    }
}

/// What the page says of the database, as far as `explain` knows it.
fn recognised(words: &str) -> Vec<Finding> {
    let mut scanner = Scanner::default();
    scanner.feed(words.as_bytes());
    scanner.finish().groups.iter().map(crate::explain::group::Group::finding).collect()
}
