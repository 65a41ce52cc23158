//! The report as a Nagios plugin's: a line with performance data, then what to read.

use std::io::Write;

use super::prometheus::free_slots;
use super::{Out, Reporter, finding, grouped};
use crate::diagnosis::Diagnosis;
use crate::finding::Severity;
use crate::foreign::{escaped, one_line};
use crate::layer::Layer;
use crate::outcome::Outcome;
use crate::verdict::Verdict;

/// The report as a Nagios plugin's.
pub struct Nagios(pub Out);

impl Reporter for Nagios {
    fn end(&mut self, outcome: &Outcome) {
        let data = match outcome {
            Outcome::One(diagnosis) => of_one(diagnosis),
            Outcome::Many(fleet) => {
                let count = |name: &str, verdict| format!("{name}={}", fleet.with(verdict).count());
                vec![
                    time(outcome),
                    format!("targets={}", fleet.diagnoses.len()),
                    count("fail", Verdict::Fail),
                    count("error", Verdict::Error),
                    count("warn", Verdict::Warn),
                ]
            }
        };
        let headline = outcome.headline();
        let said = headline.strip_prefix(outcome.verdict().name()).unwrap_or(&headline);
        let said = said.trim_start_matches([':', ' ']);
        let first = format!(
            "DBDOCTOR {} - {} | {}",
            state(outcome.verdict()),
            text(&one_line(said)),
            data.join(" ")
        );
        // A reader that has hung up wants no more.
        let _ = writeln!(self.0, "{first}");
        for group in grouped::findings(outcome.diagnoses(), Severity::Warn) {
            let body = finding::body(group.finding);
            let head = format!(
                "{} {}{}\n",
                group.finding.severity.name(),
                group.finding.kind.code(),
                escaped(&group.on(outcome))
            );
            let _ = write!(self.0, "{}", text(&(head + &body)));
        }
    }
}

/// The line for what went wrong before there was anything to report.
pub fn unknown(out: &mut dyn Write, why: &str) {
    // A reader that has hung up wants no more.
    let _ = writeln!(out, "DBDOCTOR {} - {}", state(Verdict::Error), text(&one_line(why)));
}

const fn state(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass | Verdict::Skip => "OK",
        Verdict::Warn => "WARNING",
        Verdict::Fail => "CRITICAL",
        Verdict::Error => "UNKNOWN",
    }
}

/// A bar would begin the performance data.
fn text(text: &str) -> String {
    text.replace('|', "¦")
}

fn time(outcome: &Outcome) -> String {
    format!("time={:.4}s;;;0", outcome.duration().as_secs_f64())
}

fn of_one(diagnosis: &Diagnosis) -> Vec<String> {
    let layers = diagnosis.rows().filter(|row| row.verdict != Verdict::Skip);
    let layers = layers.map(|row| format!("{}={:.4}s;;;0", row.layer, row.duration.as_secs_f64()));
    let usable = diagnosis.count(Layer::Pool, "usable");
    let limit = usable.map(|usable| usable.to_string()).unwrap_or_default();
    let known = [
        diagnosis
            .count(Layer::Pool, "used")
            .map(|used| format!("slots_used={used};;;0;{limit}")),
        free_slots(diagnosis).map(|free| format!("slots_free={free};;;0;{limit}")),
        diagnosis
            .count(Layer::Tls, "certificate_days_left")
            .map(|days| format!("certificate_days_left={days}")),
        diagnosis
            .count(Layer::Migrations, "pending")
            .map(|pending| format!("pending_migrations={pending};;;0")),
    ];
    let time = format!("time={:.4}s;;;0", diagnosis.duration.as_secs_f64());
    std::iter::once(time).chain(layers).chain(known.into_iter().flatten()).collect()
}
