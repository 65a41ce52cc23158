//! From what a log says to a finding: a refusal goes through the recognisers of live refusals, all else has its texts beside its finding.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::beyond;
use super::facts::Facts;
use super::incident::Sighting;
use super::refusals::Refusal;
use super::remedies;
use crate::finding::page::Page;
use crate::finding::{Candidate, Finding, Kind};
use crate::foreign::Foreign;
use crate::net::socket::Address;
use crate::probe::dns::Route;
use crate::remedy::Remedy;
use crate::server::error::ServerError;
use crate::server::refusal::{self, Scene};
use crate::target::{Endpoint, Target};

/// Stand for what the log does not tell. No paste-ready step may hold one.
const UNKNOWN: &[(&str, &str)] = &[("<role>", "the role"), ("<database>", "the database"), ("<host>", "the host")];

/// The kind that a server's refusal belongs to.
#[must_use]
pub fn kind_of_refusal(refusal: &Refusal, message: &str, facts: &Facts) -> &'static Kind {
    of_refusal(refusal, message, facts).kind
}

/// The finding for what was seen.
#[must_use]
pub fn finding(seen: &Sighting) -> Finding {
    let refused = seen
        .refusal
        .map(|refusal| of_refusal(refusal, &seen.message, &seen.facts))
        .filter(|finding| finding.kind.is(seen.kind));
    let mut finding = refused.unwrap_or_else(|| from_texts(seen.kind, &seen.facts));
    name_the_place(&mut finding, &seen.facts);
    let page = Page::of(seen.kind);
    if finding.candidates.is_empty() {
        add_causes(&mut finding, page);
    }
    if finding.detail.is_empty() {
        finding.detail = format!("{}\n\nHow to tell it: {}", page.meaning(), page.tell());
    }
    if let Some(cause) = seen.facts.get("detail").and_then(cause_in_detail)
        && finding.candidates.iter().any(|candidate| candidate.cause.contains(cause))
    {
        finding.candidates.retain(|candidate| candidate.cause.contains(cause));
    }
    drop_denied(&mut finding, seen);
    finding.detail = format!("{}\n\n{}", finding.detail.trim_end(), beyond::the_log(seen.kind));
    if let Some(remedy) = &mut finding.remedy {
        remedy.verify.get_or_insert_with(|| "dbdoctor check".to_owned());
    }
    if UNKNOWN.iter().any(|(unknown, _)| finding.title.contains(unknown)) {
        seen.kind.title.clone_into(&mut finding.title);
    }
    let plain = |text: &mut String| {
        for (unknown, named) in UNKNOWN {
            *text = text
                .replace(&format!("role \"{unknown}\""), "the role")
                .replace(&format!("database \"{unknown}\""), "the database")
                .replace(&format!("\"{unknown}\""), named);
        }
    };
    plain(&mut finding.detail);
    for candidate in &mut finding.candidates {
        plain(&mut candidate.cause);
        plain(&mut candidate.check);
    }
    if let Some(remedy) = &mut finding.remedy {
        take_back_unknown(remedy);
    }
    finding
}

/// A log tells less than a check sees: what its words leave open are the causes of the page.
fn add_causes(finding: &mut Finding, page: Page) {
    let causes = page.causes();
    if causes.len() > 1 {
        finding.candidates = causes
            .into_iter()
            .map(|cause| Candidate {
                cause: cause.text,
                check: cause.check,
            })
            .collect();
    }
}

/// Strikes out the causes whose check quotes what the message would have to say, and it does not.
fn drop_denied(finding: &mut Finding, seen: &Sighting) {
    let is_denied = |check: &str| {
        let asks = ["the message says \"", "the message ends in \""]
            .iter()
            .any(|asked| check.contains(asked));
        let mut quoted = check.split('"').skip(1).step_by(2);
        asks && !quoted.any(|words| seen.message.contains(words) || seen.excerpt.contains(words))
    };
    if finding.candidates.iter().any(|candidate| !is_denied(&candidate.check)) {
        finding.candidates.retain(|candidate| !is_denied(&candidate.check));
    }
}

/// Words of the candidate that the server's own log names beside a rejected password; clients never get them.
fn cause_in_detail(detail: &str) -> Option<&'static str> {
    const CAUSES: &[(&str, &str)] = &[
        ("\" does not exist.", "there is no role"),
        ("has no password assigned", "the role has no password"),
        ("has an expired password", "has expired"),
        ("Password does not match", "the password is not the role's"),
    ];
    CAUSES.iter().find(|(said, _)| detail.contains(said)).map(|(_, cause)| *cause)
}

/// Puts the host, as far as the log tells it, where the address would stand.
fn name_the_place(finding: &mut Finding, facts: &Facts) {
    if facts.get("address").is_some() || facts.get("socket").is_some() {
        return;
    }
    let port = facts.get("port").unwrap_or("5432");
    let nowhere = format!("{}:{port}", Ipv4Addr::UNSPECIFIED);
    let place = facts.get("host").map(|host| format!(" at {host}:{port}"));
    finding.each_text(&mut |text| {
        *text = text.replace(&format!(" at {nowhere}"), place.as_deref().unwrap_or_default());
    });
}

/// A command with a value that the log does not tell cannot be pasted: it becomes a pattern in the step's text.
fn take_back_unknown(remedy: &mut Remedy) {
    let lacks = |text: &str| UNKNOWN.iter().any(|(unknown, _)| text.contains(unknown));
    for step in &mut remedy.steps {
        if let Some(run) = step.run.take_if(|run| lacks(run)) {
            step.text = format!("{} (with the values filled in: {run})", step.text);
        }
        step.undo.take_if(|undo| lacks(undo));
        step.database.take_if(|database| lacks(database));
    }
}

fn of_refusal(refusal: &Refusal, message: &str, facts: &Facts) -> Finding {
    let error = ServerError {
        severity: Foreign::from("FATAL"),
        sqlstate: Foreign::from(refusal.sqlstate),
        message: Foreign::from(message),
        detail: facts.get("detail").map(Foreign::from),
        hint: None,
        context: None,
        routine: refusal.routine.map(Foreign::from),
    };
    let target = target(facts);
    let route = route(&target, facts);
    let scene = Scene {
        encrypted: message.contains("SSL encryption") || message.contains("SSL on"),
        ..Scene::before_tls(&target, &route)
    };
    refusal::finding(&error, &scene)
}

/// A finding whose way out is what its page says, unless the log tells enough for a better one.
fn from_texts(kind: &'static Kind, facts: &Facts) -> Finding {
    let title = match title_subject(facts) {
        Some(subject) => format!("{}: {subject}", kind.title),
        None => kind.title.to_owned(),
    };
    kind.found(title).remedy(remedies::of(kind, facts))
}

/// What a title may name, the most telling first.
const NAMES: &[&str] = &[
    "socket",
    "table",
    "column",
    "sequence",
    "schema",
    "extension",
    "revision",
    "migration",
    "type",
    "function",
    "object",
    "parameter",
    "file",
    "service",
    "statement",
    "driver",
    "limit",
    "database",
    "role",
];

fn title_subject(facts: &Facts) -> Option<String> {
    if let Some(host) = facts.get("host").filter(|host| !host.contains('@')) {
        return Some(match (facts.get("address"), facts.get("port")) {
            (Some(address), Some(port)) if address != host => format!("\"{host}\" ({address}), port {port}"),
            (_, Some(port)) => format!("\"{host}\", port {port}"),
            (_, None) => format!("\"{host}\""),
        });
    }
    NAMES
        .iter()
        .find_map(|name| facts.named(name).map(|value| format!("{name} \"{value}\"")))
}

/// The target as far as the log tells it.
fn target(facts: &Facts) -> Target {
    let named = |name: &str, unknown: &str| Foreign::from(facts.named(name).unwrap_or_else(|| unknown.to_owned()));
    let port = facts.get("port").and_then(|port| port.parse().ok()).unwrap_or(5432);
    let endpoint = match (facts.get("socket"), facts.get("host")) {
        (Some(socket), _) => Endpoint::Socket(PathBuf::from(socket.rsplit_once('/').map_or(socket, |(directory, _)| directory))),
        (None, Some(host)) => match host.parse::<IpAddr>() {
            Ok(address) => Endpoint::Address { address, name: None },
            Err(_) => Endpoint::Name(Foreign::from(host)),
        },
        (None, None) => Endpoint::Name(Foreign::from("<host>")),
    };
    Target::of(
        "the log",
        (endpoint, port),
        named("role", "<role>"),
        named("database", "<database>"),
    )
}

fn route(target: &Target, facts: &Facts) -> Route {
    let host = target.hosts[0].clone();
    let address = match &host.endpoint {
        Endpoint::Socket(directory) => Address::Unix(directory.join(format!(".s.PGSQL.{}", host.port))),
        Endpoint::Name(_) | Endpoint::Address { .. } => {
            let address = facts.get("address").and_then(|address| address.parse().ok());
            Address::Tcp(SocketAddr::new(address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), host.port))
        }
    };
    Route { host, address }
}
