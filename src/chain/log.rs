//! The rows so far, as one check writes them.

use std::time::{Duration, Instant};

use crate::diagnosis::{Diagnosis, LayerReport, TargetSummary};
use crate::finding::Severity;
use crate::layer::Layer;
use crate::mask::Mask;
use crate::observer::Observer;
use crate::provider::{self, Provider};
use crate::request::{Request, Skip};
use crate::target::{Host, Target};
use crate::verdict::{Breakage, Notes, Probed, Verdict};
use crate::wait::Patience;

/// The rows so far.
pub struct Log<'a> {
    pub request: &'a Request,
    pub observer: &'a mut dyn Observer,
    pub rows: Vec<LayerReport>,
    target: TargetSummary,
    pub mask: Mask,
    provider: Option<&'static Provider>,
    began: Instant,
    /// When the layer at hand began.
    layer_began: Instant,
    /// While there is waiting, the rows of one attempt are not yet those of the report.
    holds_back: bool,
}

impl<'a> Log<'a> {
    pub fn begin(request: &'a Request, observer: &'a mut dyn Observer) -> Self {
        let now = Instant::now();
        Self {
            request,
            observer,
            rows: Vec::new(),
            target: TargetSummary {
                name: request.target.clone(),
                ..TargetSummary::default()
            },
            mask: Mask::default(),
            provider: None,
            began: now,
            layer_began: now,
            holds_back: request.wait.is_some(),
        }
    }

    /// Remembers what the settings tell of the target, for the report and for the mask.
    pub fn know(&mut self, probed: &Probed<Target>) {
        if let Probed::Broken(notes) = probed {
            self.mask = Mask::over(notes.password.as_ref());
        }
        if let Probed::Sound(target, _) | Probed::NotApplicable(target, _) = probed {
            self.mask = Mask::of(target);
            self.provider = provider::of_target(target);
            let host = target.hosts.first();
            self.target = TargetSummary {
                name: self.target.name.take(),
                host: host.map(Host::name),
                port: host.map(|host| host.port),
                database: Some(target.database.to_string()),
                user: Some(target.user.to_string()),
                sslmode: Some(target.tls.mode.name().to_owned()),
                source: Some(target.source.clone()),
            };
            self.target.each_text(&mut |text| self.mask.apply(text));
        }
    }

    /// Of several hosts the chain goes on with this one.
    pub fn took(&mut self, host: Option<&Host>) {
        if let Some(host) = host {
            self.target.host = Some(host.name());
            self.target.port = Some(host.port);
            self.target.each_text(&mut |text| self.mask.apply(text));
        }
    }

    pub fn begins(&mut self, layer: Layer, what: &str) {
        let mut what = what.to_owned();
        self.mask.apply(&mut what);
        self.observer.begins(layer, &what, self.request.timeout);
    }

    /// `None` where the chain is to end below this layer.
    pub fn wants(&self, layer: Layer) -> Option<()> {
        (layer <= self.request.until).then_some(())
    }

    /// Writes the row of a layer that has just been probed. `None` ends the chain.
    pub fn step<T>(&mut self, layer: Layer, probed: Probed<T>) -> Option<T> {
        self.step_that_took(layer, probed, self.layer_began.elapsed())
    }

    /// Writes a layer's row. `None` ends the chain.
    pub fn step_that_took<T>(&mut self, layer: Layer, probed: Probed<T>, duration: Duration) -> Option<T> {
        let (carried, verdict, notes, reason) = match probed {
            Probed::Sound(carried, notes) => (Some(carried), Verdict::Pass, notes, None),
            Probed::NotApplicable(carried, reason) => (Some(carried), Verdict::Skip, Notes::default(), Some(reason)),
            Probed::Broken(notes) => (None, Verdict::Fail, notes, None),
            Probed::Broke(Breakage(reason)) => (None, Verdict::Error, Notes::default(), Some(reason)),
        };
        self.layer_began += duration;
        self.write(LayerReport {
            layer,
            verdict,
            notes,
            reason,
            duration,
        });
        carried
    }

    fn write(&mut self, mut row: LayerReport) {
        let named = self.provider.is_some() && row.layer == Layer::Config;
        let given_away = self.provider.is_none().then(|| provider::of_notes(&row.notes)).flatten();
        self.provider = self.provider.or(given_away);
        if let Some(provider) = self.provider {
            if named || given_away.is_some() {
                row.notes.fact("provider", provider.name);
            }
            provider::advise(provider, &mut row.notes);
        }
        let may_pass = !row.layer.carries_the_connection();
        for finding in &mut row.notes.findings {
            let code = finding.kind.code().to_string();
            if self.request.skip.contains(&Skip::Code(code)) && (may_pass || finding.severity < Severity::Fail) {
                finding.severity = Severity::Info;
                finding.detail.push_str(" Left out of the verdict by --skip.");
            }
            if let Some(remedy) = &mut finding.remedy {
                remedy.verify.get_or_insert_with(|| self.request.command.clone());
            }
        }
        row.verdict = match (row.verdict, row.notes.gravest()) {
            (Verdict::Pass | Verdict::Fail, Some(Severity::Fail)) => Verdict::Fail,
            (Verdict::Pass | Verdict::Fail, Some(Severity::Warn)) => Verdict::Warn,
            (Verdict::Pass | Verdict::Fail, Some(Severity::Info) | None) => Verdict::Pass,
            (verdict, _) => verdict,
        };
        let mask = &self.mask;
        row.each_text(&mut |text| mask.apply(text));
        // The mask has it; a report outlives what it is needed for.
        row.notes.password = None;
        if !self.holds_back {
            self.observer.row(&row);
        }
        self.rows.push(row);
    }

    /// Forgets an attempt that failed.
    pub fn begin_again(&mut self) {
        self.rows.clear();
        self.provider = None;
        self.layer_began = Instant::now();
    }

    /// The rows at hand are those of the report.
    pub fn stop_waiting(&mut self, patience: &Patience) {
        patience.tell(&mut self.rows);
        self.holds_back = false;
        self.rows.iter().for_each(|row| self.observer.row(row));
    }

    /// Rows for the layers that were not reached.
    pub fn finish(&mut self) {
        let reason = match self.rows.last() {
            Some(last) if last.verdict == Verdict::Fail => format!("not reached: {} failed", last.layer),
            Some(last) if last.verdict == Verdict::Error => format!("not reached: {} could not be probed", last.layer),
            Some(_) | None => format!("not asked for: --until {}", self.request.until),
        };
        self.leave_out_the_rest(&reason);
    }

    pub fn sum_up(self) -> Diagnosis {
        Diagnosis::of(self.target, self.rows, self.began.elapsed(), self.request.fail_on_warn)
    }

    /// The rows where the user ended the check: the layer at hand was not looked at.
    pub fn interrupt(mut self) -> Diagnosis {
        if std::mem::take(&mut self.holds_back) {
            self.rows.iter().for_each(|row| self.observer.row(row));
        }
        let at_hand = Layer::ALL.get(self.rows.len()).copied().unwrap_or(Layer::Application);
        self.step::<()>(at_hand, Probed::Broke(Breakage("interrupted".to_owned())));
        self.leave_out_the_rest("not reached: interrupted");
        Diagnosis::interrupted(self.target, self.rows, self.began.elapsed())
    }

    fn leave_out_the_rest(&mut self, reason: &str) {
        for layer in Layer::ALL.into_iter().skip(self.rows.len()) {
            self.write(LayerReport {
                layer,
                verdict: Verdict::Skip,
                notes: Notes::default(),
                reason: Some(reason.to_owned()),
                duration: Duration::ZERO,
            });
        }
    }
}
