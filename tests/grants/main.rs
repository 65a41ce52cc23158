//! The layers `privileges` and `pool` on a real server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod pool;
mod privileges;
#[path = "../support/request.rs"]
mod request;
#[path = "../support/postgres.rs"]
mod server;

use dbdoctor::finding::Finding;
use dbdoctor::request::{Need, Origin, Request};
use dbdoctor::target::{Endpoint, Target};
use dbdoctor::verdict::{Fact, Notes, Probed};

fn request(needs: &[Need]) -> Request {
    Request {
        needs: needs.iter().copied().collect(),
        ..request::without_options(Origin::Environment)
    }
}

fn target(role: &str, database: &str) -> Target {
    Target::of("a test", (Endpoint::Name("localhost".into()), 5432), role.into(), database.into())
}

/// The layer's word and its notes.
fn opened(probed: Probed<()>) -> (&'static str, Notes) {
    match probed {
        Probed::Sound((), notes) => ("sound", notes),
        Probed::Broken(notes) => ("broken", notes),
        Probed::NotApplicable((), why) => panic!("not applicable: {why}"),
        Probed::Broke(breakage) => panic!("the probe broke: {}", breakage.0),
    }
}

/// Each finding's slug and severity.
fn found(notes: &Notes) -> Vec<(&'static str, &'static str)> {
    notes
        .findings
        .iter()
        .map(|finding| (finding.kind.slug, finding.severity.name()))
        .collect()
}

fn finding<'a>(notes: &'a Notes, slug: &str) -> &'a Finding {
    notes
        .findings
        .iter()
        .find(|finding| finding.kind.slug == slug)
        .unwrap_or_else(|| panic!("no {slug} among {:#?}", notes.findings))
}

fn fact<'a>(notes: &'a Notes, name: &str) -> &'a Fact {
    let fact = notes.facts.iter().find(|(fact, _)| *fact == name);
    &fact.unwrap_or_else(|| panic!("no fact {name}")).1
}

/// What the remedies of a slug's findings would have pasted, and what takes it back.
fn pasted(notes: &Notes, slug: &str) -> (String, String) {
    let steps = || {
        notes
            .findings
            .iter()
            .filter(|finding| finding.kind.slug == slug)
            .flat_map(|finding| &finding.remedy.as_ref().unwrap().steps)
    };
    let join = |part: fn(&dbdoctor::remedy::Step) -> Option<&String>| {
        let parts: Vec<_> = steps().filter_map(part).map(String::as_str).collect();
        parts.join("\n")
    };
    (join(|step| step.run.as_ref()), join(|step| step.undo.as_ref()))
}
