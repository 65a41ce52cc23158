//! Does something accept a connection at each address, or at the Unix socket?

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::dns::{Addresses, Route};
use crate::finding::Finding;
use crate::finding::tcp::{partly_reachable, refused, reset, socket_denied, socket_missing, socket_refused, timeout, unreachable};
use crate::listing;
use crate::net::socket::{Address, Socket};
use crate::own_limits::NoSocket;
use crate::target::Target;
use crate::verdict::{Breakage, Fact, Notes, Probed};

/// An open connection, to the first address that accepted in libpq's order.
#[derive(Debug)]
pub struct Stream {
    pub route: Route,
    pub socket: Socket,
    /// How long it took to open: about one round trip.
    pub opened_in: Duration,
}

/// The open connections, in libpq's order.
#[derive(Debug)]
pub struct Streams {
    /// The one that libpq would go on with.
    pub first: Stream,
    /// Those that it would turn to if the first host did not let it in.
    pub others: Vec<Stream>,
}

/// Why an address did not accept.
#[derive(Debug)]
pub enum Refusal {
    /// What the operating system said.
    Os(io::Error),
    /// Nothing, within the time limit.
    Silence,
}

/// An address that did not accept.
#[derive(Debug)]
pub struct Failed {
    pub route: Route,
    pub refusal: Refusal,
}

/// Tries every address side by side; the whole takes no longer than `limit`.
pub async fn probe(target: &Target, addresses: Addresses, limit: Duration) -> Probed<Streams> {
    let mut notes = Notes::default();
    let mut lines = Vec::new();
    // Where there are more than are shown, these count.
    let mut of_failed = Vec::new();
    let mut accepted = Vec::new();
    let mut failed = Vec::new();
    for (route, outcome, elapsed) in connect_all(addresses, limit).await {
        let line = described(&route, &outcome, elapsed, limit);
        lines.push(line.clone());
        match outcome {
            Ok(socket) => accepted.push(Stream {
                route,
                socket,
                opened_in: elapsed,
            }),
            Err(refusal) => {
                of_failed.push(line);
                failed.push(Failed { route, refusal });
            }
        }
    }
    let all = lines.len();
    let lines = listing::lines(lines.into_iter());
    notes.fact("attempts", Fact::List(lines.clone()));
    if !accepted.is_empty() && !failed.is_empty() {
        let open: Vec<&Address> = accepted.iter().map(|stream| &stream.route.address).collect();
        let evidence = if all > listing::SHOWN {
            listing::lines(of_failed.into_iter())
        } else {
            lines.clone()
        };
        let closed: Vec<&Address> = failed.iter().map(|failed| &failed.route.address).collect();
        notes.found(partly_reachable::finding(&open, &closed, evidence));
    }
    let mut accepted = accepted.into_iter();
    let Some(stream) = accepted.next() else {
        return all_failed(target, &failed, &lines, limit, notes);
    };
    notes.summary = format!("{} accepts in {:.1} ms", stream.route.address, milliseconds(stream.opened_in));
    let others = accepted.collect();
    Probed::Sound(Streams { first: stream, others }, notes)
}

type Attempt = (Route, Result<Socket, Refusal>, Duration);

/// What every address answers, in libpq's order.
async fn connect_all(addresses: Addresses, limit: Duration) -> Vec<Attempt> {
    let mut pending = JoinSet::new();
    for (index, route) in addresses.routes.into_iter().enumerate() {
        pending.spawn(async move {
            let began = Instant::now();
            let outcome = match tokio::time::timeout(limit, route.address.connect()).await {
                Ok(connected) => connected.map_err(Refusal::Os),
                Err(_) => Err(Refusal::Silence),
            };
            (index, (route, outcome, began.elapsed()))
        });
    }
    let mut attempts = pending.join_all().await;
    attempts.sort_by_key(|(index, _)| *index);
    attempts.into_iter().map(|(_, attempt)| attempt).collect()
}

fn described(route: &Route, outcome: &Result<Socket, Refusal>, elapsed: Duration, limit: Duration) -> String {
    let address = &route.address;
    match outcome {
        Ok(_) => format!("{address}: accepted after {:.1} ms", milliseconds(elapsed)),
        Err(Refusal::Os(error)) => format!("{address}: {} after {:.1} ms", words(error), milliseconds(elapsed)),
        Err(Refusal::Silence) => format!("{address}: no answer within {} s", limit.as_secs_f32()),
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The operating system's words without Rust's "(os error N)".
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

fn own_limit(failed: &Failed) -> Option<Breakage> {
    let is_ipv6 = matches!(failed.route.address, Address::Tcp(SocketAddr::V6(_)));
    match &failed.refusal {
        Refusal::Os(error) => NoSocket::in_error(error, is_ipv6),
        Refusal::Silence => None,
    }
}

/// Every address failed: one finding per reason. A mere lack of a route says less than an answer, so it comes last.
fn all_failed(target: &Target, failed: &[Failed], lines: &[String], limit: Duration, mut notes: Notes) -> Probed<Streams> {
    if let Some(own) = failed.iter().find_map(own_limit) {
        return Probed::Broke(own);
    }
    let mut findings: Vec<Finding> = Vec::new();
    for failed in failed {
        let finding = finding(target, failed, lines, limit);
        if !findings.iter().any(|earlier| earlier.kind.code() == finding.kind.code()) {
            findings.push(finding);
        }
    }
    findings.sort_by_key(|finding| finding.kind.code() == unreachable::KIND.code());
    match findings.first() {
        Some(first) => notes.summary.clone_from(&first.title),
        None => return Probed::Broke(Breakage("the target has no address".into())),
    }
    notes.findings = findings;
    Probed::Broken(notes)
}

fn finding(target: &Target, failed: &Failed, lines: &[String], limit: Duration) -> Finding {
    let route = &failed.route;
    match (&route.address, &failed.refusal) {
        (_, Refusal::Silence) => timeout::finding(route, limit, lines),
        (Address::Unix(path), Refusal::Os(error)) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => socket_missing::finding(path, lines),
            io::ErrorKind::InvalidInput if path.as_os_str().len() > socket_refused::LONGEST_PATH => socket_refused::too_long(path, lines),
            io::ErrorKind::PermissionDenied => socket_denied::finding(path, lines),
            _ => socket_refused::finding(path, error, lines),
        },
        (Address::Tcp(address), Refusal::Os(error)) => match error.kind() {
            io::ErrorKind::ConnectionRefused => refused::finding(target, *address, lines),
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => reset::on_connect(*address, lines),
            io::ErrorKind::TimedOut => timeout::finding(route, limit, lines),
            _ => unreachable::finding(*address, &words(error), lines),
        },
    }
}
