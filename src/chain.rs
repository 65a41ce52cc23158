//! The chain: the eight probes, each given what the one below it found, until one finds its layer broken.

use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::diagnosis::{Diagnosis, LayerReport, TargetSummary};
use crate::finding::Severity;
use crate::layer::Layer;
use crate::mask::Mask;
use crate::probe;
use crate::probe::migrations::Trees;
use crate::report::Reporter;
use crate::request::{Request, Skip};
use crate::server::session::{Answer, Session};
use crate::settings::environment::Environment;
use crate::target::{Endpoint, Target};
use crate::tls::connector::{self, Unprepared};
use crate::verdict::{Breakage, Notes, Probed, Verdict};
use crate::wait::Patience;

/// Probes layer by layer, telling the reporter of each row as it comes.
pub async fn run(request: &Request, environment: &Environment, reporter: &mut dyn Reporter) -> Diagnosis {
    let began = Instant::now();
    let mut patience = request.wait.map(Patience::of);
    let mut trees = in_background({
        let project = request.project.clone();
        move || probe::migrations::survey(&project)
    });
    loop {
        let mut log = Log::new(request, reporter);
        if let Some(session) = climb(&mut log, request, environment, &mut trees).await {
            session.goodbye().await;
        }
        let pause = patience.as_mut().and_then(|patience| patience.pause_after(&log.rows));
        match pause {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return log.finish(began, patience.as_ref()),
        }
    }
}

/// Up to the last layer, or to the first that is broken. The session, where there is one, is the caller's to end.
async fn climb(log: &mut Log<'_>, request: &Request, environment: &Environment, trees: &mut JoinHandle<Trees>) -> Option<Session> {
    let limit = request.timeout;
    let probed = probe::config::probe(request, environment);
    log.know(&probed);
    let target = log.step(Layer::Config, probed)?;
    // Reading the trusted certificates takes as long as DNS and TCP do.
    let prepared = in_background({
        let settings = target.tls.clone();
        let needs_tls = target.hosts.iter().any(|host| !matches!(host.endpoint, Endpoint::Socket(_)));
        move || if needs_tls { connector::prepare(&settings) } else { Ok(None) }
    });
    let addresses = log.step(Layer::Dns, probe::dns::probe(&target, limit).await)?;
    let streams = log.step(Layer::Tcp, probe::tcp::probe(&target, addresses, limit).await)?;
    let prepared = prepared
        .await
        .unwrap_or_else(|error| Err(Unprepared::Broke(Breakage(error.to_string()))));
    let walked = probe::hosts::walk(&target, &prepared, streams, request.until, limit).await;
    log.step_that_took(Layer::Tls, walked.tls, walked.tls_took)?;
    let session = log.step(Layer::Auth, walked.auth?)?;
    match trees.await {
        Ok(trees) => survey(log, request, &target, &session, &trees).await,
        Err(error) => drop(log.step::<()>(Layer::Privileges, Probed::Broke(Breakage(error.to_string())))),
    }
    Some(session)
}

fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    tokio::task::spawn_blocking(work)
}

/// The last three layers: all their questions in one flight, then each judges its answers.
async fn survey(log: &mut Log<'_>, request: &Request, target: &Target, session: &Session, trees: &Trees) {
    let layers = [
        (Layer::Privileges, probe::privileges::questions(request)),
        (Layer::Migrations, probe::migrations::questions(trees)),
        (Layer::Pool, probe::pool::questions(request)),
    ];
    let wanted = |layer: Layer| layer <= request.until && !request.skips_layer(layer);
    let questions: Vec<String> = layers
        .iter()
        .filter(|(layer, _)| wanted(*layer))
        .flat_map(|(_, questions)| questions.clone())
        .collect();
    let mut answers = session.ask(&questions, request.timeout).await.into_iter();
    for (layer, questions) in &layers {
        let probed = if wanted(*layer) {
            let answers: Vec<Answer> = answers.by_ref().take(questions.len()).collect();
            match layer {
                Layer::Privileges => probe::privileges::judge(request, target, &session.server, answers),
                Layer::Migrations => probe::migrations::judge(trees, target, answers),
                _ => probe::pool::judge(request, target, &session.server, answers),
            }
        } else {
            Probed::NotApplicable((), "left out by --skip".into())
        };
        if log.step(*layer, probed).is_none() {
            break;
        }
    }
}

/// The rows so far.
struct Log<'a> {
    request: &'a Request,
    reporter: &'a mut dyn Reporter,
    rows: Vec<LayerReport>,
    target: TargetSummary,
    mask: Mask,
    /// When the layer at hand began.
    began: Instant,
}

impl<'a> Log<'a> {
    fn new(request: &'a Request, reporter: &'a mut dyn Reporter) -> Self {
        Self {
            request,
            reporter,
            rows: Vec::new(),
            target: TargetSummary::default(),
            mask: Mask::default(),
            began: Instant::now(),
        }
    }

    /// Remembers what the settings tell of the target, for the report and for the mask.
    fn know(&mut self, probed: &Probed<Target>) {
        if let Probed::Sound(target, _) | Probed::NotApplicable(target, _) = probed {
            self.mask = Mask::of(target);
            let host = target.hosts.first();
            self.target = TargetSummary {
                host: host.map(crate::target::Host::name),
                port: host.map(|host| host.port),
                database: Some(target.database.to_string()),
                user: Some(target.user.to_string()),
                sslmode: Some(target.tls.mode.name().to_owned()),
                source: Some(target.source.clone()),
            };
        }
    }

    /// Writes the row of a layer that has just been probed. `None` ends the chain.
    fn step<T>(&mut self, layer: Layer, probed: Probed<T>) -> Option<T> {
        self.step_that_took(layer, probed, self.began.elapsed())
    }

    /// Writes a layer's row. `None` ends the chain.
    fn step_that_took<T>(&mut self, layer: Layer, probed: Probed<T>, duration: Duration) -> Option<T> {
        let (carried, verdict, notes, reason) = match probed {
            Probed::Sound(carried, notes) => (Some(carried), Verdict::Pass, notes, None),
            Probed::NotApplicable(carried, reason) => (Some(carried), Verdict::Skip, Notes::default(), Some(reason)),
            Probed::Broken(notes) => (None, Verdict::Fail, notes, None),
            Probed::Broke(Breakage(reason)) => (None, Verdict::Error, Notes::default(), Some(reason)),
        };
        self.began += duration;
        self.write(LayerReport {
            layer,
            verdict,
            notes,
            reason,
            duration,
        });
        if layer >= self.request.until { None } else { carried }
    }

    fn write(&mut self, mut row: LayerReport) {
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
        // While there is waiting, the rows of one attempt are not yet those of the report.
        if self.request.wait.is_none() {
            self.reporter.row(&row);
        }
        self.rows.push(row);
    }

    /// Rows for the layers that were not reached, and the sum.
    fn finish(mut self, began: Instant, patience: Option<&Patience>) -> Diagnosis {
        let reason = match self.rows.last() {
            Some(last) if last.verdict == Verdict::Fail => format!("not reached: {} failed", last.layer),
            Some(last) if last.verdict == Verdict::Error => format!("not reached: {} could not be probed", last.layer),
            Some(_) | None => format!("not asked for: --until {}", self.request.until),
        };
        for layer in Layer::ALL.into_iter().skip(self.rows.len()) {
            self.write(LayerReport {
                layer,
                verdict: Verdict::Skip,
                notes: Notes::default(),
                reason: Some(reason.clone()),
                duration: Duration::ZERO,
            });
        }
        if let Some(patience) = patience {
            self.tell_of_waiting(patience);
            self.rows.iter().for_each(|row| self.reporter.row(row));
        }
        let diagnosis = Diagnosis::of(self.target, self.rows, began.elapsed(), self.request.fail_on_warn);
        self.reporter.end(&diagnosis);
        diagnosis
    }

    /// The first row tells how long the check waited, the finding that stands at the end that it is the last of several.
    fn tell_of_waiting(&mut self, patience: &Patience) {
        let waited = patience.waited();
        if let Some(row) = self.rows.first_mut() {
            let waited_ms = i64::try_from(waited.as_millis()).unwrap_or(i64::MAX);
            row.notes.fact("attempts", patience.attempts);
            row.notes.fact("waited_ms", if patience.attempts > 1 { waited_ms } else { 0 });
            if let Some(refusal) = &patience.waited_for {
                row.notes.fact("waited_for", refusal.as_str());
            }
        }
        let findings = self.rows.iter_mut().flat_map(|row| &mut row.notes.findings);
        if let Some(finding) = findings.into_iter().find(|finding| finding.severity == Severity::Fail)
            && patience.attempts > 1
        {
            let (attempts, seconds) = (patience.attempts, waited.as_secs_f32());
            let said = format!(" This is the last of {attempts} attempts, after {seconds:.1} s of waiting.");
            finding.detail.push_str(&said);
        }
    }
}
