//! The report as `JUnit`'s XML: a suite for each target, a test case for each layer.
//!
//! `JUnit` knows no warnings: a layer with one passes, and says so in its output. Where `--fail-on warn` makes warnings count, it fails.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::time::Duration;

use super::xml::{Attribute, Content};
use super::{Out, Reporter, finding};
use crate::diagnosis::{Diagnosis, LayerReport};
use crate::exit_code::ExitCode;
use crate::finding::{Finding, Severity};
use crate::outcome::Outcome;
use crate::verdict::Verdict;

/// The report as `JUnit`'s XML.
pub struct Junit(pub Out);

impl Reporter for Junit {
    fn end(&mut self, outcome: &Outcome) {
        let mut page = String::new();
        // Writing to a String cannot fail.
        let _ = suites(&mut page, outcome);
        // A reader that has hung up wants no more.
        let _ = self.0.write_all(page.as_bytes());
    }
}

fn suites(page: &mut String, outcome: &Outcome) -> fmt::Result {
    let counts = outcome.diagnoses().iter().map(Counts::of).fold(Counts::default(), Counts::plus);
    let Counts {
        tests, failures, errors, ..
    } = counts;
    let time = seconds(outcome.duration());
    writeln!(page, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        page,
        "<testsuites name=\"dbdoctor\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{time}\">"
    )?;
    outcome.diagnoses().iter().try_for_each(|diagnosis| suite(page, diagnosis))?;
    writeln!(page, "</testsuites>")
}

#[derive(Default, Clone, Copy)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of(diagnosis: &Diagnosis) -> Self {
        let count = |counts: &dyn Fn(&LayerReport) -> bool| diagnosis.rows().filter(|row| counts(row)).count();
        Self {
            tests: diagnosis.rows().count(),
            failures: count(&|row| fails(row, diagnosis)),
            errors: count(&|row| row.verdict == Verdict::Error),
            skipped: count(&|row| row.verdict == Verdict::Skip),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
        }
    }
}

fn fails(row: &LayerReport, diagnosis: &Diagnosis) -> bool {
    row.verdict == Verdict::Fail || row.verdict == Verdict::Warn && diagnosis.exit_code == ExitCode::Warned
}

fn suite(page: &mut String, diagnosis: &Diagnosis) -> fmt::Result {
    let Counts {
        tests,
        failures,
        errors,
        skipped,
    } = Counts::of(diagnosis);
    let (name, time) = (diagnosis.name(), seconds(diagnosis.duration));
    writeln!(
        page,
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{time}\">",
        Attribute(&name)
    )?;
    writeln!(page, "    <properties>")?;
    for (name, value) in properties(diagnosis) {
        writeln!(page, "      <property name=\"{name}\" value=\"{}\"/>", Attribute(&value))?;
    }
    writeln!(page, "    </properties>")?;
    diagnosis.rows().try_for_each(|row| case(page, row, diagnosis))?;
    writeln!(page, "  </testsuite>")
}

fn properties(diagnosis: &Diagnosis) -> Vec<(&'static str, String)> {
    let target = &diagnosis.target;
    let known = [
        ("host", target.host.clone()),
        ("port", target.port.map(|port| port.to_string())),
        ("database", target.database.clone()),
        ("user", target.user.clone()),
        ("sslmode", target.sslmode.clone()),
        ("source", target.source.clone()),
    ];
    let own = [
        ("dbdoctor", env!("CARGO_PKG_VERSION").to_owned()),
        ("verdict", diagnosis.verdict.name().to_owned()),
        ("exit_code", diagnosis.exit_code.number().to_string()),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
    own.into_iter().chain(known).collect()
}

fn case(page: &mut String, row: &LayerReport, diagnosis: &Diagnosis) -> fmt::Result {
    let class = format!("dbdoctor.{}", diagnosis.name());
    let (layer, time) = (row.layer, seconds(row.duration));
    writeln!(
        page,
        "    <testcase classname=\"{}\" name=\"{layer}\" time=\"{time}\">",
        Attribute(&class)
    )?;
    let from = if row.verdict == Verdict::Fail {
        Severity::Fail
    } else {
        Severity::Warn
    };
    let failing = |finding: &&Finding| fails(row, diagnosis) && finding.severity >= from;
    let (failures, notes): (Vec<&Finding>, Vec<&Finding>) = row.notes.findings.iter().partition(failing);
    for failure in failures {
        let (code, title, body) = (failure.kind.code(), Attribute(&failure.title), finding::body(failure));
        writeln!(
            page,
            "      <failure type=\"{code}\" message=\"{title}\">{}</failure>",
            Content(&body)
        )?;
    }
    let reason = Attribute(row.reason.as_deref().unwrap_or_default());
    match row.verdict {
        Verdict::Error => writeln!(page, "      <error type=\"error\" message=\"{reason}\"/>")?,
        Verdict::Skip => writeln!(page, "      <skipped message=\"{reason}\"/>")?,
        Verdict::Pass | Verdict::Warn | Verdict::Fail => output(page, row, &notes)?,
    }
    writeln!(page, "    </testcase>")
}

/// What is worth knowing of a layer, and makes nothing fail.
fn output(page: &mut String, row: &LayerReport, notes: &[&Finding]) -> fmt::Result {
    let summary = format!("{}: {}", row.verdict.name(), row.notes.summary);
    write!(page, "      <system-out>{}", Content(&summary))?;
    for note in notes {
        let (severity, code) = (note.severity.name(), note.kind.code());
        write!(page, "\n\n{severity} {code}\n{}", Content(finding::body(note).trim_end()))?;
    }
    writeln!(page, "</system-out>")
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}
