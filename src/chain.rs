//! The chain: the eight probes, each given what the one below it found, until one finds its layer broken.

mod log;
mod survey;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::application::Runtime;
use crate::aside;
use crate::diagnosis::Diagnosis;
use crate::layer::Layer;
use crate::observer::{Observer, Waiting};
use crate::pool::demand::{self, Codes};
use crate::probe;
use crate::probe::dns::Route;
use crate::probe::migrations::Trees;
use crate::probe::way::Way;
use crate::process;
use crate::request::{Origin, Request, Running};
use crate::server::session::Session;
use crate::settings::environment::Environment;
use crate::settings::gather;
use crate::shared::Shared;
use crate::target::{Endpoint, Target};
use crate::tls::connector::{self, Unprepared};
use crate::venv;
use crate::verdict::{Breakage, Probed, Verdict};
use crate::wait::Patience;
use log::Log;

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
    let mut log = Log::begin(request, observer);
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
        () = survey::run(&mut log, &entered, code) => true,
        () = &mut stop => false,
    };
    tokio::join!(entered.session.goodbye(), entered.way.part());
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
    let (request, scene) = match aside::in_time(gathered, limit * 4 + asked, "the settings").await {
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
    let probed = aside::in_time(probing, limit * 4, "the settings")
        .await
        .unwrap_or_else(Probed::Broke);
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
        Some(prepared) => aside::in_time(prepared, limit, "the certificates")
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
        held: Mutex::default(),
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

/// The application's process.
fn running(pid: u32, request: &Request) -> Option<Running> {
    let unit = match &request.origin {
        Origin::Unit { name, .. } => Some(name.clone()),
        _ => None,
    };
    let age = process::age(pid)?;
    Some(Running { pid, unit, age })
}
