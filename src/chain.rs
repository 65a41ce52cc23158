//! The chain: the eight probes, each given what the one below it found, until one finds its layer broken.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::application::Runtime;
use crate::aside;
use crate::diagnosis::{Diagnosis, LayerReport, TargetSummary};
use crate::finding::Severity;
use crate::layer::Layer;
use crate::mask::Mask;
use crate::migrations::exact;
use crate::observer::{Observer, Waiting};
use crate::pool::demand::{self, Codes};
use crate::probe;
use crate::probe::dns::Route;
use crate::probe::migrations::Trees;
use crate::probe::way::Way;
use crate::process;
use crate::provider::{self, Provider};
use crate::request::{Origin, Request, Running, Skip};
use crate::server::session::{Answer, Session};
use crate::settings::environment::Environment;
use crate::settings::gather;
use crate::shared::Shared;
use crate::target::{Endpoint, Host, Target};
use crate::tls::connector::{self, Unprepared};
use crate::venv;
use crate::verdict::{Breakage, Notes, Probed, Verdict};
use crate::wait::Patience;

/// The pause before the application is asked again.
const ANSWER_PAUSE: Duration = Duration::from_millis(500);

/// Probes layer by layer, telling the observer of each row as it comes. Where `stop` comes first, the layer at hand is said to have
/// been interrupted; the session, where there is one, is ended all the same.
pub async fn run(
    request: &Request,
    environment: &Environment,
    shared: &Shared,
    observer: &mut dyn Observer,
    stop: impl Future<Output = ()>,
) -> Diagnosis {
    let began = Instant::now();
    let mut log = Log {
        request,
        observer,
        rows: Vec::new(),
        target: TargetSummary {
            name: request.target.clone(),
            ..TargetSummary::default()
        },
        mask: Mask::default(),
        provider: None,
        began,
        layer_began: began,
        holds_back: request.wait.is_some(),
    };
    let mut stop = std::pin::pin!(stop);
    let mut patience = request.wait.map(Patience::of);
    let mut code = None;
    let entered = loop {
        let entered = tokio::select! {
            biased;
            () = &mut stop => return log.interrupt(),
            entered = enter(&mut log, request, environment, shared, &mut code) => entered,
        };
        let pause = patience.as_mut().and_then(|patience| patience.pause_after(&log.rows));
        let Some(pause) = pause.filter(|_| entered.is_none()) else {
            break entered;
        };
        if let Some(waiting) = patience.as_ref().and_then(Patience::waiting) {
            log.observer.waits(&waiting);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => log.begin_again(),
            () = &mut stop => return log.interrupt(),
        }
    };
    if let Some(patience) = &patience {
        log.stop_waiting(patience);
    }
    let until = patience.as_ref().map(Patience::until);
    let (Some(entered), Some(code)) = (entered, code) else {
        return conclude(log, until, stop).await;
    };
    let completed = tokio::select! {
        () = survey(&mut log, &entered, code) => true,
        () = &mut stop => false,
    };
    entered.session.goodbye().await;
    if completed {
        conclude(log, until, stop).await
    } else {
        log.interrupt()
    }
}

/// The rows that were not reached, and the application's own answer, where it is wanted; with `--wait` it is asked until it answers.
async fn conclude(mut log: Log<'_>, until: Option<Instant>, mut stop: Pin<&mut impl Future<Output = ()>>) -> Diagnosis {
    log.finish();
    let request = log.request;
    let Some(url) = &request.health_url else {
        return log.sum_up();
    };
    log.mask.add(&url.secrets());
    if let Some(row) = log.rows.iter().find(|row| matches!(row.verdict, Verdict::Fail | Verdict::Error)) {
        let reason = format!("not reached: {} failed", row.layer);
        log.step(Layer::Application, Probed::NotApplicable((), reason));
        return log.sum_up();
    }
    log.begins(Layer::Application, &format!("{url} to answer"));
    let mut attempt = 1;
    loop {
        let asked = tokio::select! {
            biased;
            () = &mut stop => return log.interrupt(),
            asked = probe::application::probe(url, &request.origin, request.timeout) => asked,
        };
        let left = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
        if !asked.passes || left.is_zero() {
            log.step(Layer::Application, asked.probed);
            return log.sum_up();
        }
        attempt += 1;
        log.observer.waits(&Waiting {
            refusal: &format!("{url} does not answer yet"),
            attempt,
            until: Instant::now() + left,
        });
        tokio::select! {
            () = tokio::time::sleep(left.min(ANSWER_PAUSE)) => {}
            () = &mut stop => return log.interrupt(),
        }
    }
}

/// What the five layers that carry the connection lead to.
struct Entered {
    /// With what the settings' place tells of the application.
    request: Request,
    target: Target,
    session: Session,
    /// How the application's Python is run.
    runtime: Runtime,
    running: Option<Running>,
    way: Way,
}

/// What the application's code says, while it is being read.
#[derive(Debug)]
struct Code {
    trees: JoinHandle<Arc<Trees>>,
    pools: JoinHandle<Codes>,
}

/// From the settings to a session. The application's code is read meanwhile, once.
async fn enter(
    log: &mut Log<'_>,
    request: &Request,
    environment: &Environment,
    shared: &Shared,
    code: &mut Option<Code>,
) -> Option<Entered> {
    let limit = request.timeout;
    log.begins(Layer::Config, "the settings to be read");
    if let Some(hindrance) = &shared.hindrance {
        return log.step(Layer::Config, Probed::Broke(Breakage(hindrance.clone())));
    }
    // Files that are pipes and programs that are asked may take their time.
    let gathered = aside::spawn({
        let (request, environment) = (request.clone(), environment.clone());
        move || {
            let scene = gather::gather(&request, &environment);
            (scene.complete(&request), scene)
        }
    });
    let asked = if request.application.is_some() {
        gather::ASKING_LIMIT
    } else {
        Duration::ZERO
    };
    let (request, scene) = match in_time(gathered, limit * 4 + asked, "the settings").await {
        Ok(gathered) => gathered,
        Err(breakage) => return log.step(Layer::Config, Probed::Broke(breakage)),
    };
    code.get_or_insert_with(|| {
        let project = request.project.clone().unwrap_or_else(|| PathBuf::from("."));
        let of_service = scene.application.venv.as_ref().map(|venv| venv.path.as_path());
        let venv = venv::of_project(&project, request.venv.as_deref().or(of_service), environment.virtual_env());
        let key = (project.clone(), venv.clone());
        let services = request.services.clone();
        Code {
            trees: shared
                .trees
                .begin(key, move || probe::migrations::survey(&project, venv.as_deref())),
            pools: aside::spawn(move || demand::read_code(&services)),
        }
    });
    let runtime = scene.application.runtime.clone();
    let running = scene.application.pid.and_then(|pid| running(pid, &request));
    let probing = aside::spawn({
        let request = request.clone();
        move || probe::config::probe(&request, scene)
    });
    let probed = in_time(probing, limit * 4, "the settings").await.unwrap_or_else(Probed::Broke);
    log.know(&probed);
    let target = log.step(Layer::Config, probed)?;
    // Reading the trusted certificates takes as long as DNS and TCP do.
    let needs_tls = target.hosts.iter().any(|host| !matches!(host.endpoint, Endpoint::Socket(_)));
    let prepared = needs_tls.then(|| {
        let settings = target.tls.clone();
        shared.connectors.begin(settings.clone(), move || connector::prepare(&settings))
    });
    log.wants(Layer::Dns)?;
    log.begins(Layer::Dns, &format!("{} to resolve", target.places()));
    let addresses = log.step(Layer::Dns, probe::dns::probe(&target, limit).await)?;
    log.wants(Layer::Tcp)?;
    log.begins(Layer::Tcp, &format!("{} to accept a connection", target.places()));
    let streams = log.step(Layer::Tcp, probe::tcp::probe(&target, addresses, limit).await)?;
    log.wants(Layer::Tls)?;
    let prepared = match prepared {
        Some(prepared) => in_time(prepared, limit, "the certificates")
            .await
            .unwrap_or_else(|breakage| Arc::new(Err(Unprepared::Broke(breakage)))),
        None => Arc::new(Ok(None)),
    };
    let mut begins = |layer: Layer, route: &Route| {
        let what = match layer {
            Layer::Tls => format!("{} to agree on TLS", route.address),
            _ => format!("{} to let role \"{}\" into \"{}\"", route.address, target.user, target.database),
        };
        log.begins(layer, &what);
    };
    let walked = probe::hosts::walk(&target, &prepared, streams, request.until, limit, &mut begins).await;
    log.took(walked.route.as_ref().map(|route| &route.host));
    log.step_that_took(Layer::Tls, walked.tls, walked.tls_took)?;
    let session = log.step(Layer::Auth, walked.auth?)?;
    let way = Way {
        route: walked.route?,
        encrypted: session.encrypted,
        prepared,
    };
    Some(Entered {
        request,
        target,
        session,
        runtime,
        running,
        way,
    })
}

/// The last three layers: all their questions in one flight, then each judges its answers.
async fn survey(log: &mut Log<'_>, entered: &Entered, code: Code) {
    let Entered {
        request,
        target,
        session,
        runtime,
        running,
        way,
    } = entered;
    if log.wants(Layer::Privileges).is_none() {
        return;
    }
    let read = |Code { trees, pools }| async {
        const WHAT: &str = "the application's code";
        let limit = request.timeout * 12;
        Ok((in_time(trees, limit, WHAT).await?, in_time(pools, limit, WHAT).await?))
    };
    let (trees, codes) = match read(code).await {
        Ok(read) => read,
        Err(breakage) => {
            log.step::<()>(Layer::Privileges, Probed::Broke(breakage));
            return;
        }
    };
    let mut case = probe::migrations::Case::of(&trees, request);
    case.running = running.as_ref();
    let layers = [
        (Layer::Privileges, probe::privileges::questions(request)),
        (Layer::Migrations, probe::migrations::questions(case)),
        (Layer::Pool, probe::pool::questions(request)),
    ];
    let wanted = |layer: Layer| layer <= request.until && !request.skips_layer(layer);
    let questions: Vec<String> = layers
        .iter()
        .filter(|(layer, _)| wanted(*layer))
        .flat_map(|(_, questions)| questions.clone())
        .collect();
    log.begins(Layer::Privileges, "the server to answer all questions");
    let answers = session.ask(&questions, request.timeout).await;
    let mut held_up = probe::pool::held_up(request, target, &answers, way).await;
    let mut answers = answers.into_iter();
    let answers: Vec<(Layer, Vec<Answer>)> = layers
        .iter()
        .map(|(layer, questions)| {
            (
                *layer,
                answers.by_ref().take(if wanted(*layer) { questions.len() } else { 0 }).collect(),
            )
        })
        .collect();
    // What the answers leave to ask, most often nothing.
    let more_questions = |layer: Layer, answers: &[Answer]| match layer {
        Layer::Privileges => probe::privileges::more_questions(request, answers),
        Layer::Migrations => probe::migrations::more_questions(case, answers),
        _ => Vec::new(),
    };
    let more: Vec<Vec<String>> = answers.iter().map(|(layer, answers)| more_questions(*layer, answers)).collect();
    let mut further = session.ask(&more.concat(), request.timeout).await.into_iter();
    for ((layer, answers), more) in answers.into_iter().zip(more) {
        if log.wants(layer).is_none() {
            break;
        }
        let more: Vec<Answer> = further.by_ref().take(more.len()).collect();
        let probed = if !wanted(layer) {
            Probed::NotApplicable((), "left out by --skip".into())
        } else if let Some(finding) = held_up.take() {
            Probed::broken_by(finding, Notes::default())
        } else {
            match layer {
                Layer::Privileges => probe::privileges::judge(request, target, &session.server, answers, more),
                Layer::Migrations => {
                    let answered = ask_the_tools(&trees, runtime, request).await;
                    let exact = answered.as_ref();
                    let case = probe::migrations::Case { exact, ..case };
                    probe::migrations::judge(case, target, answers, more)
                }
                _ => probe::pool::probe(request, target, &session.server, answers, codes.clone(), way).await,
            }
        };
        if log.step(layer, probed).is_none() {
            break;
        }
    }
}

/// What is read in a thread of its own: a file system that does not answer, a network's most often, holds that thread up, and no more.
async fn in_time<T>(reading: JoinHandle<T>, limit: Duration, what: &str) -> Result<T, Breakage> {
    match tokio::time::timeout(limit, reading).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) => Err(Breakage(error.to_string())),
        Err(_) => Err(Breakage(format!(
            "{what} could not be read within {} s: a file system does not answer, or is very slow",
            limit.as_secs_f64()
        ))),
    }
}

/// The application's process.
fn running(pid: u32, request: &Request) -> Option<Running> {
    let unit = match &request.origin {
        Origin::Unit { name, .. } => Some(name.clone()),
        _ => None,
    };
    let age = process::age(pid)?;
    Some(Running { pid, unit, age })
}

/// What the migration tools say themselves, where the user wants that.
async fn ask_the_tools(trees: &Arc<Trees>, runtime: &Runtime, request: &Request) -> Option<exact::Answers> {
    if !request.exact {
        return None;
    }
    let (trees, runtime, application) = (Arc::clone(trees), runtime.clone(), request.application.clone());
    aside::spawn(move || exact::ask(&trees, &runtime, application.as_ref())).await.ok()
}

/// The rows so far.
struct Log<'a> {
    request: &'a Request,
    observer: &'a mut dyn Observer,
    rows: Vec<LayerReport>,
    target: TargetSummary,
    mask: Mask,
    provider: Option<&'static Provider>,
    began: Instant,
    /// When the layer at hand began.
    layer_began: Instant,
    /// While there is waiting, the rows of one attempt are not yet those of the report.
    holds_back: bool,
}

impl Log<'_> {
    /// Remembers what the settings tell of the target, for the report and for the mask.
    fn know(&mut self, probed: &Probed<Target>) {
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
        }
    }

    /// Of several hosts the chain goes on with this one.
    fn took(&mut self, host: Option<&Host>) {
        if let Some(host) = host {
            self.target.host = Some(host.name());
            self.target.port = Some(host.port);
        }
    }

    fn begins(&mut self, layer: Layer, what: &str) {
        self.observer.begins(layer, what, self.request.timeout);
    }

    /// `None` where the chain is to end below this layer.
    fn wants(&self, layer: Layer) -> Option<()> {
        (layer <= self.request.until).then_some(())
    }

    /// Writes the row of a layer that has just been probed. `None` ends the chain.
    fn step<T>(&mut self, layer: Layer, probed: Probed<T>) -> Option<T> {
        self.step_that_took(layer, probed, self.layer_began.elapsed())
    }

    /// Writes a layer's row. `None` ends the chain.
    fn step_that_took<T>(&mut self, layer: Layer, probed: Probed<T>, duration: Duration) -> Option<T> {
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
        if !self.holds_back {
            self.observer.row(&row);
        }
        self.rows.push(row);
    }

    /// Forgets an attempt that failed.
    fn begin_again(&mut self) {
        self.rows.clear();
        self.provider = None;
        self.layer_began = Instant::now();
    }

    /// The rows at hand are those of the report.
    fn stop_waiting(&mut self, patience: &Patience) {
        patience.tell(&mut self.rows);
        self.holds_back = false;
        self.rows.iter().for_each(|row| self.observer.row(row));
    }

    /// Rows for the layers that were not reached.
    fn finish(&mut self) {
        let reason = match self.rows.last() {
            Some(last) if last.verdict == Verdict::Fail => format!("not reached: {} failed", last.layer),
            Some(last) if last.verdict == Verdict::Error => format!("not reached: {} could not be probed", last.layer),
            Some(_) | None => format!("not asked for: --until {}", self.request.until),
        };
        self.leave_out_the_rest(&reason);
    }

    fn sum_up(self) -> Diagnosis {
        Diagnosis::of(self.target, self.rows, self.began.elapsed(), self.request.fail_on_warn)
    }

    /// The rows where the user ended the check: the layer at hand was not looked at.
    fn interrupt(mut self) -> Diagnosis {
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
