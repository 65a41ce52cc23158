//! What a check comes to: one target's diagnosis, or those of many with one verdict and one exit code.

use std::time::Duration;

use crate::diagnosis::Diagnosis;
use crate::exit_code::ExitCode;
use crate::verdict::Verdict;

/// What a check comes to.
#[derive(Debug)]
pub enum Outcome {
    One(Box<Diagnosis>),
    Many(Fleet),
}

impl Outcome {
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::One(diagnosis) => diagnosis.verdict,
            Self::Many(fleet) => fleet.verdict,
        }
    }

    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::One(diagnosis) => diagnosis.exit_code,
            Self::Many(fleet) => fleet.exit_code,
        }
    }

    #[must_use]
    pub fn duration(&self) -> Duration {
        match self {
            Self::One(diagnosis) => diagnosis.duration,
            Self::Many(fleet) => fleet.duration,
        }
    }

    /// Every target's diagnosis, in the order in which they were asked for.
    #[must_use]
    pub fn diagnoses(&self) -> &[Diagnosis] {
        match self {
            Self::One(diagnosis) => std::slice::from_ref(diagnosis),
            Self::Many(fleet) => &fleet.diagnoses,
        }
    }
}

/// How many targets a headline names.
const NAMED: usize = 5;

impl Outcome {
    /// The whole in one line.
    #[must_use]
    pub fn headline(&self) -> String {
        match self {
            Self::One(diagnosis) => diagnosis.line(),
            Self::Many(fleet) => fleet.headline(),
        }
    }
}

/// The diagnoses of many targets.
#[derive(Debug)]
pub struct Fleet {
    pub diagnoses: Vec<Diagnosis>,
    pub verdict: Verdict,
    pub exit_code: ExitCode,
    pub duration: Duration,
}

impl Fleet {
    /// Sums them up: what is broken comes before what could not be looked at, and the lowest broken layer counts.
    #[must_use]
    pub fn of(diagnoses: Vec<Diagnosis>, duration: Duration) -> Self {
        let worst = diagnoses.iter().min_by_key(|diagnosis| diagnosis.exit_code.rank());
        Self {
            verdict: worst.map_or(Verdict::Pass, |worst| {
                // Of those that are as bad, one may only have warnings.
                let as_bad = diagnoses.iter().filter(|other| other.exit_code == worst.exit_code);
                as_bad.map(|other| other.verdict).fold(worst.verdict, gravest)
            }),
            exit_code: worst.map_or(ExitCode::Sound, |worst| worst.exit_code),
            diagnoses,
            duration,
        }
    }

    /// Those with this verdict.
    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &Diagnosis> {
        self.diagnoses.iter().filter(move |diagnosis| diagnosis.verdict == verdict)
    }

    /// `fail: 2 of 40 targets are broken: web (auth/password-rejected), jobs (tcp/refused)`
    #[must_use]
    pub fn headline(&self) -> String {
        let all = self.diagnoses.len();
        let verdict = self.verdict.name();
        let those = |verdict, what: &str| {
            let named: Vec<String> = self.with(verdict).take(NAMED).map(named).collect();
            let count = self.with(verdict).count();
            let more = count - named.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{count} of {all} targets {what}: {}{more}", named.join(", "))
        };
        if self.exit_code == ExitCode::Interrupted {
            let checked = self
                .diagnoses
                .iter()
                .filter(|diagnosis| diagnosis.exit_code != ExitCode::Interrupted);
            return format!("{verdict}: interrupted after {} of {all} targets", checked.count());
        }
        match self.verdict {
            Verdict::Fail => {
                let unseen = self.with(Verdict::Error).count();
                let unseen = if unseen > 0 {
                    format!("; {unseen} could not be looked at")
                } else {
                    String::new()
                };
                format!("{verdict}: {}{unseen}", those(Verdict::Fail, "are broken"))
            }
            Verdict::Error => format!("{verdict}: {}", those(Verdict::Error, "could not be looked at")),
            Verdict::Warn => format!("{verdict}: {}", those(Verdict::Warn, "have warnings")),
            Verdict::Pass | Verdict::Skip => format!("{verdict}: nothing is broken in {all} targets"),
        }
    }
}

/// `web (auth/password-rejected)`
fn named(diagnosis: &Diagnosis) -> String {
    let why = match (diagnosis.broken_probe(), diagnosis.decisive()) {
        (Some(row), _) => row.layer.to_string(),
        (None, Some(finding)) => finding.kind.code().to_string(),
        (None, None) => return diagnosis.name(),
    };
    format!("{} ({why})", diagnosis.name())
}

fn gravest(one: Verdict, other: Verdict) -> Verdict {
    if other == Verdict::Warn && one == Verdict::Pass {
        other
    } else {
        one
    }
}
