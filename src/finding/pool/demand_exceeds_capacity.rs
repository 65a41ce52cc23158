use crate::finding::pool::near_limit::grant_monitor;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::pool::demand::{Estimate, PerProcess, count};
use crate::pool::seen::{LimitsSeen, Room};
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Pool,
    slug: "demand-exceeds-capacity",
    severity: Severity::Warn,
    title: "the application can open more connections than it can have",
};

/// How the demand stands to the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// There is room for twice the demand, as a deployment needs whose old and new workers overlap.
    Roomy,
    /// Twice the demand does not fit.
    Once,
    /// More than four fifths of the room.
    Tight,
    /// More than the room.
    Exceeds,
}

impl Fit {
    /// `None` for the demand is no limit.
    #[must_use]
    pub fn of(demand: Option<i64>, room: i64) -> Self {
        match demand {
            None => Self::Exceeds,
            Some(demand) if demand > room => Self::Exceeds,
            Some(demand) if demand.saturating_mul(5) > room.saturating_mul(4) => Self::Tight,
            Some(demand) if demand.saturating_mul(2) > room => Self::Once,
            Some(_) => Self::Roomy,
        }
    }
}

/// What the demand runs into; `None` where there is room enough.
#[must_use]
pub fn finding(estimate: &Estimate, room: &Room, seen: &LimitsSeen) -> Option<Finding> {
    let fit = Fit::of(estimate.total(), room.connections);
    let about = if seen.sees_all { "" } else { "about " };
    let least = if estimate.untold.is_empty() { "" } else { "at least " };
    let demand = estimate
        .total()
        .map_or_else(|| "any number of".to_owned(), |total| format!("{least}{total}"));
    let (title, severity) = match fit {
        Fit::Roomy => return None,
        Fit::Once => (
            format!(
                "the application can open {demand} connections; {about}{} are there for it, too few for old and new workers together",
                room.connections
            ),
            Severity::Info,
        ),
        Fit::Tight | Fit::Exceeds => (
            format!(
                "the application can open {demand} connections; {about}{} are there for it",
                room.connections
            ),
            Severity::Warn,
        ),
    };
    let largest = estimate.largest_that_fits(room.connections);
    let mut finding = KIND
        .found(title)
        .severity(severity)
        .detail(format!("Demand: {}. Room: {about}{}. {largest}", estimate.formula(), room.formula))
        .evidence(format!("usable: {}", seen.capacity.formula()))
        .evidence(format!(
            "in use: {about}{}, of them {} by role \"{}\" in database \"{}\"",
            seen.used, seen.used_by_role_in_database, seen.login, seen.database
        ));
    if let Some(total) = estimate.total() {
        let twice = total.saturating_mul(2);
        let verdict = if twice > room.connections { "more than" } else { "within" };
        finding = finding.evidence(format!(
            "rolling deployment, old and new workers together: 2 × {total} = {twice}, {verdict} the {about}{}",
            room.connections
        ));
    }
    for line in estimate.sources.iter().chain(&estimate.untold) {
        finding = finding.evidence(line.clone());
    }
    for part in &estimate.parts {
        if let (PerProcess::Pool { .. }, Some(threads)) = (part.per_process, part.threads) {
            let used = part.each().map_or(threads, |each| each.min(threads));
            finding = finding.evidence(format!(
                "without a leak, {} × {used} threads that can hold a connection at a time = {}",
                count(part.workers),
                used.saturating_mul(part.workers)
            ));
        }
    }
    let mut steps = vec![Step::new(Place::AppConfig, largest)];
    if !seen.sees_all {
        steps.push(grant_monitor(&seen.role));
    }
    Some(finding.remedy(Remedy::new("make the pools fit, or connect through a pooler", steps)))
}
