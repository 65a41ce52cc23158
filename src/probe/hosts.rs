//! From open connections to a session: TLS and login on one host after the other, as libpq walks over its list.
//!
//! libpq turns to the next host when one says that it cannot take connections now (57P03), when the session is not what
//! `target_session_attrs` asks for, and when `connect_timeout` passes; every other refusal ends the walk (fe-connect.c,
//! `PQconnectPoll`, and tried with libpq 14 to 18).

use std::time::{Duration, Instant};

use super::auth;
use super::dns::Route;
use super::tcp::{Stream, Streams};
use super::tls::{self, Prepared};
use crate::finding::auth::{server_recovering, server_starting, server_stopping, session_attrs_mismatch, timeout};
use crate::finding::config::connect_timeout_short;
use crate::finding::tcp::silent;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::net::socket::Address;
use crate::server::session::Session;
use crate::server::session_state::State;
use crate::target::{SessionAttrs, Target};
use crate::verdict::{Notes, Probed};

/// The walk ends where so many places in a row could have used up the time limit, each by itself.
const SILENT_PLACES: u32 = 4;

/// What the walk brought, for the two layers that it went through on the last host.
#[derive(Debug)]
pub struct Walked {
    pub tls: Probed<()>,
    pub tls_took: Duration,
    /// `None` where TLS did not stand, or the login was not asked for.
    pub auth: Option<Probed<Session>>,
    /// The way that it was brought on; `None` where there was none left.
    pub route: Option<Route>,
}

/// Is told which layer is being probed now, and where.
pub type Begins<'a> = dyn FnMut(Layer, &Route) + 'a;

/// Walks over the hosts until one lets the role in. Where libpq would shuffle them, all are looked at, and the first is taken.
pub async fn walk(
    target: &Target,
    prepared: &Prepared,
    streams: Streams,
    until: Layer,
    limit: Duration,
    begins: &mut Begins<'_>,
) -> Walked {
    let mut walk = Walk {
        target,
        among_several: target.hosts.len() > 1 || !streams.others.is_empty(),
        tried: Vec::new(),
        passed_over: Vec::new(),
        mismatches: Vec::new(),
        taken: None,
    };
    let mut done = String::new();
    let mut last = None;
    let time_is_up = Instant::now() + limit * SILENT_PLACES;
    let mut streams = std::iter::once(streams.first).chain(streams.others);
    while let Some(stream) = streams.next() {
        let host = stream.route.host.to_string();
        if host == done {
            continue;
        }
        if last.is_some() && Instant::now() > time_is_up {
            walk.give_up(1 + streams.count());
            break;
        }
        let route = stream.route.clone();
        let walked = climb(target, prepared, stream, until, limit, begins).await;
        match walk.judge(walked, &route, limit).await {
            Next::Settled(walked) => return *walked,
            Next::Host(walked) => {
                done = host;
                last = walked.or(last);
            }
            Next::Address(walked) => last = Some(walked),
        }
    }
    walk.out_of_hosts(last)
}

/// TLS and login on one connection.
async fn climb(target: &Target, prepared: &Prepared, stream: Stream, until: Layer, limit: Duration, begins: &mut Begins<'_>) -> Walked {
    let target = target.at(&stream.route.host);
    let (route, opened_in) = (stream.route.clone(), stream.opened_in);
    let began = Instant::now();
    begins(Layer::Tls, &route);
    let (secured, tls) = split(tls::probe(&target, prepared, stream, limit).await);
    let tls_took = began.elapsed();
    let auth = match secured {
        Some(secured) if until > Layer::Tls => {
            begins(Layer::Auth, &route);
            Some(auth::probe(&target, prepared, secured, limit).await)
        }
        Some(_) | None => None,
    };
    let took = opened_in + began.elapsed();
    let auth = auth.map(|probed| measured(probed, &target, &route, took));
    Walked {
        tls,
        tls_took,
        auth,
        route: Some(route),
    }
}

fn split<T>(probed: Probed<T>) -> (Option<T>, Probed<()>) {
    match probed {
        Probed::Sound(carried, notes) => (Some(carried), Probed::Sound((), notes)),
        Probed::NotApplicable(carried, reason) => (Some(carried), Probed::NotApplicable((), reason)),
        Probed::Broken(notes) => (None, Probed::Broken(notes)),
        Probed::Broke(breakage) => (None, Probed::Broke(breakage)),
    }
}

/// Whether the application would have waited that long; libpq does not limit Unix sockets in another way.
fn measured(probed: Probed<Session>, target: &Target, route: &Route, took: Duration) -> Probed<Session> {
    match (probed, target.connect_timeout) {
        (Probed::Sound(session, mut notes), Some(allowed)) if took > allowed && matches!(route.address, Address::Tcp(_)) => {
            notes.found(connect_timeout_short::finding(target, allowed, took));
            Probed::Sound(session, notes)
        }
        (probed, _) => probed,
    }
}

/// Where libpq goes from here.
enum Next {
    Settled(Box<Walked>),
    /// To the next host, past further addresses of this one.
    Host(Option<Walked>),
    /// To the next address.
    Address(Walked),
}

/// What happened on the hosts so far.
struct Walk<'a> {
    target: &'a Target,
    among_several: bool,
    /// One line for each host.
    tried: Vec<String>,
    /// Why hosts were passed over.
    passed_over: Vec<Finding>,
    /// Hosts that let the role in, and are not what `target_session_attrs` asks for.
    mismatches: Vec<(Address, State)>,
    /// The host that the chain goes on with, kept while others are looked at, or while a better one is looked for.
    taken: Option<Walked>,
}

impl Walk<'_> {
    async fn judge(&mut self, mut walked: Walked, route: &Route, limit: Duration) -> Next {
        if self.among_several {
            for finding in failing(&mut walked) {
                finding.evidence.push(format!("met at {}", route.address));
            }
            if let Some(Probed::Sound(_, notes)) = &mut walked.auth {
                notes.fact("host_taken", route.address.to_string());
            }
        }
        match &mut walked.auth {
            Some(Probed::Sound(session, _)) => {
                let state = if self.target.session_attrs == SessionAttrs::Any {
                    None
                } else {
                    State::of(session, limit).await
                };
                match state {
                    Some(state) if !state.fits(self.target.session_attrs) => self.mismatch(walked, route, state).await,
                    _ => self.arrived(walked, route, state).await,
                }
            }
            None if matches!(walked.tls, Probed::Sound(..) | Probed::NotApplicable(..)) => Next::Settled(Box::new(walked)),
            _ => self.refused(walked, route).await,
        }
    }

    async fn arrived(&mut self, walked: Walked, route: &Route, state: Option<State>) -> Next {
        let state = state.map_or_else(String::new, |state| format!(", {state}"));
        self.tried.push(format!("{}: let in{state}", route.address));
        let balances = self.target.balances_hosts && self.target.hosts.len() > 1;
        if !balances {
            if let Some(kept) = self.taken.take() {
                drop(goodbye(kept).await);
            }
            return Next::Settled(Box::new(self.told(walked)));
        }
        self.keep_first(walked).await;
        Next::Host(None)
    }

    async fn mismatch(&mut self, walked: Walked, route: &Route, state: State) -> Next {
        self.tried.push(format!("{}: let in, and passed over: {state}", route.address));
        self.mismatches.push((route.address.clone(), state));
        if self.target.session_attrs == SessionAttrs::PreferStandby {
            // On its second pass libpq takes whichever host lets it in.
            self.keep_first(walked).await;
            return Next::Host(None);
        }
        Next::Host(Some(goodbye(walked).await))
    }

    /// Keeps the first session; a later one has served its purpose.
    async fn keep_first(&mut self, walked: Walked) {
        match &self.taken {
            None => self.taken = Some(walked),
            Some(_) => drop(goodbye(walked).await),
        }
    }

    async fn refused(&mut self, mut walked: Walked, route: &Route) -> Next {
        // An error in answer to the SSLRequest is not trusted, whatever it says.
        let asked_to_log_in = walked.auth.is_some();
        let (mut host, mut address) = (false, false);
        for finding in failing(&mut walked) {
            let is = |kinds: &[&Kind]| kinds.iter().any(|kind| finding.is(kind));
            host |= asked_to_log_in && is(&[&server_starting::KIND, &server_recovering::KIND, &server_stopping::KIND]);
            address |= self.target.connect_timeout.is_some() && is(&[&silent::KIND, &timeout::KIND]);
            self.tried.push(format!("{}: {}", route.address, finding.title));
        }
        if !host && !address {
            if let Some(kept) = self.taken.take() {
                drop(goodbye(kept).await);
            }
            return Next::Settled(Box::new(self.told(walked)));
        }
        self.passed_over.extend(failing(&mut walked).map(|finding| finding.clone()));
        if host { Next::Host(Some(walked)) } else { Next::Address(walked) }
    }

    /// Time is up, and so many places are left.
    fn give_up(&mut self, left: usize) {
        let line = format!("{left} further addresses were not tried: those before took too long");
        if let Some(finding) = self.passed_over.last_mut() {
            finding.evidence.push(line.clone());
        }
        self.tried.push(line);
    }

    /// Adds to the last host's row what happened on the others.
    fn told(&mut self, mut walked: Walked) -> Walked {
        let passed_over = std::mem::take(&mut self.passed_over);
        let tried = std::mem::take(&mut self.tried);
        let among_several = self.among_several && tried.len() > 1;
        if let Some(notes) = last_notes(&mut walked) {
            if among_several {
                notes.fact("hosts_tried", tried);
            }
            notes
                .findings
                .extend(passed_over.into_iter().map(|finding| finding.severity(Severity::Warn)));
        }
        walked
    }

    /// No host is left: what was kept is taken, else the last refusal is the verdict.
    fn out_of_hosts(mut self, last: Option<Walked>) -> Walked {
        if let Some(mut kept) = self.taken.take() {
            if self.target.balances_hosts
                && let Some(notes) = last_notes(&mut kept)
            {
                notes.summary.push_str("; load_balance_hosts=random takes any of the hosts");
            }
            return self.told(kept);
        }
        let mut findings = std::mem::take(&mut self.passed_over);
        if !self.mismatches.is_empty() {
            findings.push(session_attrs_mismatch::finding(self.target, &self.mismatches));
        }
        let mut notes = Notes::new(findings.first().map(|finding| finding.title.clone()).unwrap_or_default());
        if self.tried.len() > 1 {
            notes.fact("hosts_tried", self.tried);
        }
        notes.findings = findings;
        match last {
            Some(last) if !matches!(last.tls, Probed::Broken(_)) => Walked {
                auth: Some(Probed::Broken(notes)),
                route: None,
                ..last
            },
            last => Walked {
                tls: Probed::Broken(notes),
                tls_took: last.map_or(Duration::ZERO, |last| last.tls_took),
                auth: None,
                route: None,
            },
        }
    }
}

/// The failing findings of the row that is broken.
fn failing(walked: &mut Walked) -> impl Iterator<Item = &mut Finding> {
    last_notes(walked)
        .into_iter()
        .flat_map(|notes| &mut notes.findings)
        .filter(|finding| finding.severity == Severity::Fail)
}

/// The notes of the last row that was reached.
fn last_notes(walked: &mut Walked) -> Option<&mut Notes> {
    match (&mut walked.auth, &mut walked.tls) {
        (Some(Probed::Sound(_, notes) | Probed::Broken(notes)), _) | (None, Probed::Sound((), notes) | Probed::Broken(notes)) => {
            Some(notes)
        }
        _ => None,
    }
}

/// Ends a session that is not needed; what stays is how far TLS got.
async fn goodbye(walked: Walked) -> Walked {
    if let Some(Probed::Sound(session, _)) = walked.auth {
        session.goodbye().await;
    }
    Walked { auth: None, ..walked }
}
