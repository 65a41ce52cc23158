//! Who runs the database: recognised by host name and by what it says, so that a remedy can name the provider's own setting.
//!
//! # Adding a provider
//!
//! Write `src/provider/<name>.rs` with a [`Provider`], and name it in [`ALL`]. Findings need not know of it: what it advises is put in
//! front of their remedies by [`advise`].

mod aiven;
mod aws;
mod azure;
mod cockroach;
mod digitalocean;
mod fly;
mod google;
mod heroku;
mod neon;
mod railway;
mod render;
mod supabase;
mod timescale;
mod yugabyte;

use crate::finding::{Finding, Kind};
use crate::remedy::{Place, Step};
use crate::target::{Endpoint, Target};
use crate::verdict::{Fact, Notes};

/// A provider of PostgreSQL, or of something that speaks its protocol.
#[derive(Debug)]
pub struct Provider {
    pub name: &'static str,
    /// Whether a host of the settings, in lower case, is the provider's.
    has_host: fn(&str, &Target) -> bool,
    /// What nobody else says in a refusal, a certificate's issuer or a version.
    texts: &'static [&'static str],
    /// Those texts that are known from hearsay alone.
    hearsay: &'static [&'static str],
    advice: &'static [Advice],
}

/// What to do at the provider about some findings.
#[derive(Debug)]
struct Advice {
    kinds: &'static [&'static Kind],
    text: &'static str,
}

/// The more particular first: one provider's host names may end like another's.
pub static ALL: &[&Provider] = &[
    &aws::PROXY,
    &aws::AURORA,
    &aws::RDS,
    &azure::SINGLE,
    &azure::FLEXIBLE,
    &google::CLOUD_SQL,
    &neon::NEON,
    &supabase::POOLER,
    &supabase::DIRECT,
    &digitalocean::DIGITALOCEAN,
    &render::RENDER,
    &railway::RAILWAY,
    &fly::FLY,
    &cockroach::COCKROACH,
    &yugabyte::YUGABYTE,
    &timescale::TIMESCALE,
    &aiven::AIVEN,
    &heroku::HEROKU,
];

/// The connections that the provider says it keeps for itself in all, with the words for them: settings show a part of them at most.
#[must_use]
pub fn slots_kept(target: &Target) -> Option<(i64, &'static str)> {
    let provider = of_target(target)?;
    (provider.name == azure::FLEXIBLE.name).then_some((azure::SLOTS_KEPT, "kept by Azure"))
}

/// The provider that the settings name.
#[must_use]
pub fn of_target(target: &Target) -> Option<&'static Provider> {
    target.hosts.iter().find_map(|host| {
        let name = match &host.endpoint {
            Endpoint::Name(name) | Endpoint::Address { name: Some(name), .. } => name.raw().trim_end_matches('.').to_ascii_lowercase(),
            Endpoint::Socket(directory) => directory.to_string_lossy().into_owned(),
            Endpoint::Address { name: None, .. } => return None,
        };
        ALL.iter().copied().find(|provider| (provider.has_host)(&name, target))
    })
}

/// The provider that gives itself away by what it said.
#[must_use]
pub fn of_notes(notes: &Notes) -> Option<&'static Provider> {
    let says = |provider: &Provider, said: &str| provider.texts.iter().any(|text| said.contains(text));
    let evidence = notes.findings.iter().flat_map(|finding| &finding.evidence);
    let facts = notes.facts.iter().filter_map(|(name, fact)| match fact {
        Fact::Text(text) if *name == "server_version" || *name == "certificate_issuer" => Some(text),
        _ => None,
    });
    let said: Vec<&String> = evidence.chain(facts).collect();
    ALL.iter().copied().find(|provider| said.iter().any(|said| says(provider, said)))
}

/// Puts what is to be done at the provider first. Steps on the database's host, and what belongs to them, are left out: nobody gets
/// there.
pub fn advise(provider: &'static Provider, notes: &mut Notes) {
    for finding in &mut notes.findings {
        advise_on(provider, finding);
    }
}

fn advise_on(provider: &'static Provider, finding: &mut Finding) {
    let hearsay = |line: &String| provider.hearsay.iter().any(|text| line.contains(text));
    if finding.evidence.iter().any(hearsay) {
        let said = format!(" That {} means this by its words is likely, and not proven.", provider.name);
        finding.detail.push_str(&said);
    }
    let steps: Vec<Step> = provider
        .advice
        .iter()
        .filter(|advice| advice.kinds.iter().any(|kind| finding.is(kind)))
        .map(|advice| Step::new(Place::Provider, format!("{}: {}", provider.name, advice.text)))
        .collect();
    let Some(remedy) = finding.remedy.as_mut().filter(|_| !steps.is_empty()) else {
        return;
    };
    let is_of_the_host = |step: &Step| step.place == Place::DatabaseHost;
    if remedy.steps.iter().any(is_of_the_host) {
        // The SQL that prepares and completes such a step takes a superuser, and nobody is one there either.
        let is_of_a_superuser = |step: &Step| step.place == Place::Database && step.actor.as_deref() == Some("superuser");
        remedy.steps.retain(|step| !is_of_the_host(step) && !is_of_a_superuser(step));
    }
    remedy.steps.splice(0..0, steps);
}
