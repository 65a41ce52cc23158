//! The report as metrics in Prometheus' text format, for the textfile collector of its node exporter.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Out, Reporter};
use crate::diagnosis::Diagnosis;
use crate::foreign::escaped;
use crate::layer::Layer;
use crate::outcome::Outcome;
use crate::verdict::Verdict;

const SECONDS_PER_DAY: i64 = 86_400;
const NO_LABELS: &[(&str, &str)] = &[];

/// The report as metrics.
pub struct Prometheus(pub Out);

impl Reporter for Prometheus {
    fn end(&mut self, outcome: &Outcome) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut page = Page(String::new());
        page.family("dbdoctor_build_info", "The version of dbdoctor.");
        page.sample("dbdoctor_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        page.family("dbdoctor_check_timestamp_seconds", "When the check ended.");
        page.sample("dbdoctor_check_timestamp_seconds", NO_LABELS, now);
        page.family("dbdoctor_exit_code", "The exit code of the whole check.");
        page.sample("dbdoctor_exit_code", NO_LABELS, outcome.exit_code().number());
        for (name, help, samples) in FAMILIES {
            page.family(name, help);
            for diagnosis in outcome.diagnoses() {
                samples(&mut page, name, diagnosis);
            }
        }
        // A reader that has hung up wants no more.
        let _ = self.0.write_all(page.0.as_bytes());
    }
}

type Samples = fn(&mut Page, &str, &Diagnosis);

/// The metrics that each target has, or may have.
const FAMILIES: &[(&str, &str, Samples)] = &[
    (
        "dbdoctor_target_info",
        "What was checked; empty labels are not known.",
        |page, name, diagnosis| {
            let target = &diagnosis.target;
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let port = target.port.map(|port| port.to_string()).unwrap_or_default();
            let (host, database, user) = (text(&target.host), text(&target.database), text(&target.user));
            let labels = [
                ("target", diagnosis.name()),
                ("host", host),
                ("port", port),
                ("database", database),
                ("user", user),
                ("sslmode", text(&target.sslmode)),
            ];
            page.sample(name, &labels, 1);
        },
    ),
    (
        "dbdoctor_target_status",
        "The target's verdict: 0 pass, 1 warn, 2 fail, 3 the doctor could not look.",
        |page, name, diagnosis| page.of(name, diagnosis, Some(status(diagnosis.verdict))),
    ),
    (
        "dbdoctor_target_exit_code",
        "The exit code that the target has by itself.",
        |page, name, diagnosis| page.of(name, diagnosis, Some(diagnosis.exit_code.number())),
    ),
    (
        "dbdoctor_target_duration_seconds",
        "How long the target's check took.",
        |page, name, diagnosis| page.of(name, diagnosis, Some(diagnosis.duration.as_secs_f64())),
    ),
    (
        "dbdoctor_layer_status",
        "The layer's verdict: 0 pass, 1 warn, 2 fail, 3 the doctor could not look, -1 skipped.",
        |page, name, diagnosis| {
            for row in diagnosis.rows() {
                let labels = [("target", diagnosis.name()), ("layer", row.layer.to_string())];
                page.sample(name, &labels, status(row.verdict));
            }
        },
    ),
    (
        "dbdoctor_layer_duration_seconds",
        "How long the layer took; absent where it was skipped.",
        |page, name, diagnosis| {
            for row in diagnosis.rows().filter(|row| row.verdict != Verdict::Skip) {
                let labels = [("target", diagnosis.name()), ("layer", row.layer.to_string())];
                page.sample(name, &labels, row.duration.as_secs_f64());
            }
        },
    ),
    (
        "dbdoctor_findings",
        "How often the target has the finding.",
        |page, name, diagnosis| {
            let mut counts: Vec<(String, &str, u32)> = Vec::new();
            for finding in diagnosis.findings() {
                let (code, severity) = (finding.kind.code().to_string(), finding.severity.name());
                match counts.iter_mut().find(|(known, of, _)| *known == code && *of == severity) {
                    Some((_, _, count)) => *count += 1,
                    None => counts.push((code, severity, 1)),
                }
            }
            for (code, severity, count) in counts {
                let labels = [("target", diagnosis.name()), ("code", code), ("severity", severity.to_owned())];
                page.sample(name, &labels, count);
            }
        },
    ),
    (
        "dbdoctor_certificate_left_seconds",
        "How long the server's certificate is still valid, in whole days.",
        |page, name, diagnosis| {
            let days = diagnosis.count(Layer::Tls, "certificate_days_left");
            page.of(name, diagnosis, days.map(|days| days.saturating_mul(SECONDS_PER_DAY)));
        },
    ),
    (
        "dbdoctor_slots_used",
        "Connections of the server in use.",
        |page, name, diagnosis| page.of(name, diagnosis, diagnosis.count(Layer::Pool, "used")),
    ),
    (
        "dbdoctor_slots_usable",
        "Connections of the server that this role could use.",
        |page, name, diagnosis| page.of(name, diagnosis, diagnosis.count(Layer::Pool, "usable")),
    ),
    (
        "dbdoctor_slots_free",
        "Connections of the server that this role could still open.",
        |page, name, diagnosis| page.of(name, diagnosis, free_slots(diagnosis)),
    ),
    (
        "dbdoctor_pending_migrations",
        "Migrations that the code has and the database has not.",
        |page, name, diagnosis| page.of(name, diagnosis, diagnosis.count(Layer::Migrations, "pending")),
    ),
];

/// The server's free slots.
pub fn free_slots(diagnosis: &Diagnosis) -> Option<i64> {
    let count = |name| diagnosis.count(Layer::Pool, name);
    Some((count("usable")? - count("used")?).max(0))
}

const fn status(verdict: Verdict) -> i8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Warn => 1,
        Verdict::Fail => 2,
        Verdict::Error => 3,
        Verdict::Skip => -1,
    }
}

struct Page(String);

impl Page {
    fn family(&mut self, name: &str, help: &str) {
        // Writing to a String cannot fail, here as below.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge");
    }

    fn of(&mut self, name: &str, diagnosis: &Diagnosis, value: Option<impl fmt::Display>) {
        if let Some(value) = value {
            self.sample(name, &[("target", diagnosis.name())], value);
        }
    }

    fn sample(&mut self, name: &str, labels: &[(&str, impl AsRef<str>)], value: impl fmt::Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", Label(value.as_ref())))
            .collect();
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", labels.join(","))
        };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

/// A label's value.
struct Label<'a>(&'a str);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in escaped(self.0).chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[test]
fn a_label_stays_in_its_quotes() {
    assert_eq!(Label("a\"} 1\n\\b\u{7}").to_string(), "a\\\"} 1\\n\\\\b\\\\u{7}");
}
