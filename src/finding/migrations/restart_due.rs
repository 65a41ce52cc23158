//! `migrations/restart-due`: the running process is older than the last migration.

use std::time::Duration;

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::request::Running;

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "restart-due",
    severity: Severity::Warn,
    title: "the running process is older than the last migration",
};

/// Nothing is pending, and the process was started before the newest migration file was written, and before the last migration was
/// recorded (where the tool records when).
#[must_use]
pub fn found(running: &Running, written: Duration, applied: Option<Duration>) -> Finding {
    let mut finding = KIND
        .found(format!("process {} was started before the last migration, and has not been restarted since", running.pid))
        .detail(
            "The database stands where the files expect it, and the running process still has the code of before: with a changed table its \
             queries may fail, or miss what is new. A release goes in this order: the files, the migrations, then the restart.",
        )
        .evidence(format!("process {} has run for {}", running.pid, shown(running.age)))
        .evidence(format!("the newest migration file was written {} ago", shown(written)));
    if let Some(applied) = applied {
        finding = finding.evidence(format!("the last migration was recorded {} ago", shown(applied)));
    }
    finding.remedy(Remedy::new("restart the service", [restart(running, "start it with the code that goes with the schema; requests under way are cut off")]))
}

/// Adds to a finding about pending migrations in which order they and the restart have to come.
pub fn order(finding: &mut Finding, running: &Running, written: Duration) {
    finding.evidence.push(format!(
        "process {} has run for {}; the newest migration file was written {} ago",
        running.pid,
        shown(running.age),
        shown(written)
    ));
    if running.age > written {
        finding
            .detail
            .push_str(" The running process is older than the newest of them, so it has the code of before: migrate first, and only then restart it.");
        if let Some(remedy) = &mut finding.remedy {
            remedy
                .steps
                .push(restart(running, "only after that: start the new code; requests under way are cut off"));
        }
    } else {
        finding
            .detail
            .push_str(" The running process was started after the newest of them was written, so it has the code that needs them now.");
    }
}

fn restart(running: &Running, text: &str) -> Step {
    let step = Step::new(Place::AppHost, text);
    match &running.unit {
        Some(unit) => step.run(format!("sudo systemctl restart {}", quote::shell(unit))),
        None => Step {
            text: format!("{} (process {})", step.text, running.pid),
            ..step
        },
    }
}

/// `3 days`, `2 hours`, `5 minutes`.
fn shown(age: Duration) -> String {
    let seconds = age.as_secs();
    let (number, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    crate::listing::count(usize::try_from(number).unwrap_or(usize::MAX), unit)
}
