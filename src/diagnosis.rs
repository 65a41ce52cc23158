//! The result of a check, layer by layer.

use std::time::Duration;

use crate::exit_code::ExitCode;
use crate::finding::{Finding, Severity};
use crate::layer::Layer;
use crate::verdict::{Fact, Notes, Verdict};

/// One row of the report.
#[derive(Debug)]
pub struct LayerReport {
    pub layer: Layer,
    pub verdict: Verdict,
    pub notes: Notes,
    /// Why the layer was skipped, or what broke.
    pub reason: Option<String>,
    pub duration: Duration,
}

impl LayerReport {
    /// Runs `change` over every text of the row.
    pub fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        change(&mut self.notes.summary);
        self.reason.iter_mut().for_each(&mut *change);
        for (_, fact) in &mut self.notes.facts {
            match fact {
                Fact::Text(text) => change(text),
                Fact::List(list) => list.iter_mut().for_each(&mut *change),
                Fact::Count(_) | Fact::Number(_) | Fact::Flag(_) => {}
            }
        }
        for finding in &mut self.notes.findings {
            finding.each_text(change);
        }
    }
}

/// What was checked, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct TargetSummary {
    /// The name in `dbdoctor.toml`.
    pub name: Option<String>,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub database: Option<String>,
    pub user: Option<String>,
    pub sslmode: Option<String>,
    /// Where the settings came from.
    pub source: Option<String>,
}

impl TargetSummary {
    /// Runs `change` over every text of it.
    pub fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self {
            name,
            host,
            port: _,
            database,
            user,
            sslmode,
            source,
        } = self;
        [name, host, database, user, sslmode, source].into_iter().flatten().for_each(change);
    }
}

/// A whole check.
#[derive(Debug)]
pub struct Diagnosis {
    pub target: TargetSummary,
    /// All eight layers, in order.
    pub layers: Vec<LayerReport>,
    /// The application's own answer, where it was to be asked.
    pub application: Option<LayerReport>,
    pub verdict: Verdict,
    /// The layer of the failing finding, whichever probe met it.
    pub failed_layer: Option<Layer>,
    pub exit_code: ExitCode,
    pub duration: Duration,
}

impl Diagnosis {
    /// Sums the rows up.
    #[must_use]
    pub fn of(target: TargetSummary, mut layers: Vec<LayerReport>, duration: Duration, fail_on_warn: bool) -> Self {
        let has = |verdict| layers.iter().any(|row| row.verdict == verdict);
        let verdict = if has(Verdict::Error) {
            Verdict::Error
        } else if has(Verdict::Fail) {
            Verdict::Fail
        } else if has(Verdict::Warn) {
            Verdict::Warn
        } else {
            Verdict::Pass
        };
        let failed_layer = layers
            .iter()
            .filter(|row| row.verdict == Verdict::Fail)
            .flat_map(|row| &row.notes.findings)
            .find(|finding| finding.severity == Severity::Fail)
            .map(|finding| finding.kind.layer);
        Self {
            exit_code: ExitCode::of(verdict, failed_layer, fail_on_warn),
            target,
            application: layers.pop_if(|row| row.layer == Layer::Application),
            layers,
            verdict,
            failed_layer,
            duration,
        }
    }

    /// The rows of a check that the user ended.
    #[must_use]
    pub fn interrupted(target: TargetSummary, layers: Vec<LayerReport>, duration: Duration) -> Self {
        Self {
            exit_code: ExitCode::Interrupted,
            ..Self::of(target, layers, duration, false)
        }
    }

    /// What the target is called: by its name in `dbdoctor.toml`, else by its place.
    #[must_use]
    pub fn name(&self) -> String {
        let TargetSummary {
            name,
            host,
            port,
            database,
            ..
        } = &self.target;
        match (name, host, port, database) {
            (Some(name), ..) => name.clone(),
            (None, Some(host), Some(port), Some(database)) => format!("{host}:{port}/{database}"),
            _ => "database".to_owned(),
        }
    }

    /// The finding that the verdict rests on: the first of the gravest.
    #[must_use]
    pub fn decisive(&self) -> Option<&Finding> {
        let gravest = self.findings().map(|finding| finding.severity).max();
        self.findings()
            .find(|finding| finding.severity > Severity::Info && Some(finding.severity) == gravest)
    }

    /// The row of the probe that broke.
    #[must_use]
    pub fn broken_probe(&self) -> Option<&LayerReport> {
        self.rows().find(|row| row.verdict == Verdict::Error)
    }

    /// The whole in one line: `fail auth/password-rejected: the server rejects the password of role "app"`.
    #[must_use]
    pub fn line(&self) -> String {
        let verdict = self.verdict.name();
        match (self.verdict, self.decisive(), self.broken_probe()) {
            (Verdict::Error, _, Some(row)) => format!("{verdict} {}: {}", row.layer, row.reason.as_deref().unwrap_or("unknown")),
            (Verdict::Fail | Verdict::Warn, Some(finding), _) => format!("{verdict} {}: {}", finding.kind.code(), finding.title),
            _ => format!("{verdict}: {}", self.counted()),
        }
    }

    /// `7 layers passed, 1 skipped`
    #[must_use]
    pub fn counted(&self) -> String {
        let count = |verdict| self.rows().filter(|row| row.verdict == verdict).count();
        format!("{} layers passed, {} skipped", count(Verdict::Pass), count(Verdict::Skip))
    }

    /// A fact of a layer that is a whole number.
    #[must_use]
    pub fn count(&self, layer: Layer, name: &str) -> Option<i64> {
        let row = self.rows().find(|row| row.layer == layer)?;
        row.notes.facts.iter().find_map(|(known, fact)| match fact {
            Fact::Count(count) if *known == name => Some(*count),
            _ => None,
        })
    }

    /// Every row of the report.
    pub fn rows(&self) -> impl Iterator<Item = &LayerReport> {
        self.layers.iter().chain(&self.application)
    }

    /// Every finding, lowest layer first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.rows().flat_map(|row| &row.notes.findings)
    }
}
