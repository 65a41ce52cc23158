//! `--load`: as many connections side by side as were asked for, to see how the server takes them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::finding::pool::load_not_run;
use crate::probe::way::{Unopened, Way};
use crate::server::refusal::{self, Scene};
use crate::server::session::NotLoggedIn;
use crate::server::watch::Progress;
use crate::target::Target;
use crate::verdict::Notes;

/// How many logins are under way at a time.
const IN_FLIGHT: usize = 16;

/// The fewest slots that are left free.
const LEAST_MARGIN: i64 = 3;

/// How many connections may be opened beside the one that is there: what is free, without a tenth of what there is, and never the
/// last three.
#[must_use]
pub fn allowed(free: i64, usable: i64) -> i64 {
    (free - 1 - (usable / 10).max(LEAST_MARGIN)).max(0)
}

/// Opens the connections, holds them until all are there, and closes them. Stops at the first refusal.
pub async fn run(notes: &mut Notes, count: u32, allowed: i64, target: &Target, way: &Way, limit: Duration) {
    if i64::from(count) > allowed {
        notes.found(load_not_run::finding(count, allowed));
        return;
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let stop = AtomicBool::new(false);
    let began = Instant::now();
    let lanes = (0..IN_FLIGHT.min(count)).map(|lane| {
        let share = count / IN_FLIGHT.min(count) + usize::from(lane < count % IN_FLIGHT.min(count));
        open(share, &stop, target, way, limit)
    });
    let mut times = Vec::new();
    let mut refused = Vec::new();
    for (opened, failure) in join_all(lanes).await {
        times.extend(opened);
        refused.extend(failure);
    }
    let took = began.elapsed();
    times.sort_unstable();
    notes.fact("load_asked_for", super::number(count));
    notes.fact("load_opened", super::number(times.len()));
    if !times.is_empty() {
        #[allow(clippy::cast_precision_loss, reason = "a few thousand at most")]
        let rate = times.len() as f64 / took.as_secs_f64().max(f64::EPSILON);
        notes.fact("load_logins_per_second", rounded(rate));
        for (name, percent) in [
            ("load_p50_ms", 50),
            ("load_p95_ms", 95),
            ("load_p99_ms", 99),
            ("load_slowest_ms", 100),
        ] {
            notes.fact(name, rounded(percentile(&times, percent).as_secs_f64() * 1_000.0));
        }
        notes.summary = format!(
            "{}; {} of {count} connections opened side by side, {rate:.0} a second, login {} (half), {} (95 %)",
            notes.summary,
            times.len(),
            shown(percentile(&times, 50)),
            shown(percentile(&times, 95))
        );
    }
    way.part().await;
    if let Some(unopened) = refused.into_iter().next() {
        met(notes, &unopened, target, way);
    }
}

/// One after the other, each with one query, until somebody is refused; how long each login took.
async fn open(count: usize, stop: &AtomicBool, target: &Target, way: &Way, limit: Duration) -> (Vec<Duration>, Option<Unopened>) {
    let mut times = Vec::new();
    for _ in 0..count {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let began = Instant::now();
        match way.again(target, None, limit).await {
            Ok(session) => {
                times.push(began.elapsed());
                session.ask(&["SELECT 1".to_owned()], limit).await;
                way.hold(session);
            }
            Err(unopened) => {
                stop.store(true, Ordering::Relaxed);
                return (times, Some(unopened));
            }
        }
    }
    (times, None)
}

/// A refusal means what it means at the first login.
fn met(notes: &mut Notes, unopened: &Unopened, target: &Target, way: &Way) {
    if let Unopened::NotLoggedIn(failed) = unopened
        && let NotLoggedIn::Refused(error) = &failed.why
    {
        let scene = Scene {
            target,
            route: &way.route,
            encrypted: way.encrypted,
            method: failed.seen.method,
            proof_taken: failed.seen.progress == Progress::ProofTaken,
            admitted_with_tls: None,
        };
        let finding = refusal::finding(error, &scene);
        notes.fact("load_refused", error.to_string());
        notes.summary.clone_from(&finding.title);
        notes.found(finding);
    } else {
        notes.fact("load_refused", "a connection was not accepted, or had no answer in time");
    }
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{allowed, percentile};

    #[test]
    fn a_margin_is_left() {
        for (free, usable, most) in [(97, 97, 87), (10, 20, 6), (4, 20, 0), (0, 20, 0), (500, 1_000, 399)] {
            assert_eq!(allowed(free, usable), most, "{free} of {usable}");
        }
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let times: Vec<Duration> = (1..=20).map(Duration::from_millis).collect();
        for (percent, expected) in [(50, 10), (95, 19), (99, 20), (100, 20)] {
            assert_eq!(percentile(&times, percent), Duration::from_millis(expected));
        }
        assert_eq!(percentile(&times[..1], 50), Duration::from_millis(1));
    }
}
