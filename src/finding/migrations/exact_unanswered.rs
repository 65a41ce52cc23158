//! `migrations/exact-unanswered`: the migration tool could not be asked, or stopped with an error.

use crate::application::Unanswered;
use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Migrations,
    slug: "exact-unanswered",
    severity: Severity::Warn,
    title: "the migration tool gave no answer of its own",
};

/// Asked for with `--exact`.
#[must_use]
pub fn found(tool: &str, place: &str, why: &Unanswered) -> Finding {
    let mut finding = KIND
        .found(format!("{tool} itself could not be asked about {place}"))
        .detail("What is said here follows from the files alone, as without --exact.");
    let step = match why {
        Unanswered::Impossible(why) => {
            finding = finding.evidence(why.clone());
            Step::new(
                Place::AppHost,
                "name the application's virtual environment with --venv, or its service with --unit or --pid",
            )
        }
        Unanswered::TooLate(limit) => {
            finding = finding.evidence(format!("no answer within {} s", limit.as_secs()));
            Step::new(Place::AppHost, "run the tool's command by hand, and see what it waits for")
        }
        Unanswered::Died { how, said } => {
            finding = finding.evidence(format!("Python ended without an answer: {how}"));
            if !said.raw().is_empty() {
                finding = finding.evidence(format!("its last words: {said}"));
            }
            Step::new(Place::AppHost, "run the tool's command by hand")
        }
        Unanswered::Raised(raised) => {
            finding = finding.evidence(raised.to_string());
            let root = raised.root();
            if root.kind != raised.kind || root.message != raised.message {
                finding = finding.evidence(format!("which came from {root}"));
            }
            if let Some(frame) = raised.root().frames.last() {
                finding = finding.evidence(format!(
                    "raised in {} line {}",
                    crate::foreign::Foreign::new(frame.file.to_string_lossy()),
                    frame.line
                ));
            }
            Step::new(Place::Code, "see to the error: the tool's own command meets it too")
        }
        Unanswered::Unfit(why) => {
            finding = finding.evidence(why.clone());
            Step::new(Place::AppHost, "run the tool's command by hand")
        }
    };
    finding.remedy(Remedy::new("run the tool's own command where the application runs", [step]))
}
