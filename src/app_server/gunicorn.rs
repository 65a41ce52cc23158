//! gunicorn: its command line, then `GUNICORN_CMD_ARGS`, then its configuration file, then `WEB_CONCURRENCY`, then its defaults.

use std::path::{Path, PathBuf};

use super::arguments::{count, option, variable};
use super::computed::{self, Scene};
use super::told::Told;
use super::{AppServer, AsyncLoop};
use crate::foreign::Foreign;
use crate::migrations::files::Bounds;
use crate::migrations::python::Module;
use crate::secret::Secret;

/// What a greenlet worker takes on at a time, unless told otherwise.
const WORKER_CONNECTIONS: u32 = 1_000;

/// What one source says.
#[derive(Debug, Default)]
struct Said {
    workers: Option<Told>,
    threads: Option<Told>,
    connections: Option<Told>,
    class: Option<String>,
    directory: Option<PathBuf>,
    config: Option<String>,
}

/// What gunicorn is told.
pub fn read(arguments: &[String], directory: Option<&Path>, scene: Scene<'_>) -> AppServer {
    let more = scene
        .variables
        .get("GUNICORN_CMD_ARGS")
        .and_then(Secret::reveal_str)
        .unwrap_or_default();
    let more: Vec<String> = more.split_whitespace().map(str::to_owned).collect();
    let line = said(arguments, "on the command line");
    let from_variable = said(&more, "in GUNICORN_CMD_ARGS");
    let config = line.config.clone().or_else(|| from_variable.config.clone());
    let file = configuration(config.as_deref(), line.directory.as_deref().or(directory), scene);
    let sources = [line, from_variable, file];
    let first = |part: fn(&Said) -> Option<&Told>| sources.iter().find_map(part).cloned();
    let class = sources.iter().find_map(|source| source.class.clone()).unwrap_or_default();
    let threads = first(|said| said.threads.as_ref()).unwrap_or_else(|| Told::Is(1, "gunicorn's default".to_owned()));
    let (threads, kind) = match class.rsplit(['.', ':']).next().unwrap_or_default() {
        "" | "sync" | "gthread" | "SyncWorker" | "ThreadWorker" => (Some(threads), None),
        "gevent" | "eventlet" | "GeventWorker" | "EventletWorker" | "gevent_wsgi" | "gevent_pywsgi" => {
            let greenlets = first(|said| said.connections.as_ref()).unwrap_or_else(|| {
                Told::Is(
                    WORKER_CONNECTIONS,
                    "greenlets: gunicorn's default for worker_connections".to_owned(),
                )
            });
            (Some(greenlets), None)
        }
        _ => (None, Some(AsyncLoop(class.clone()))),
    };
    AppServer {
        name: Some("gunicorn"),
        workers: first(|said| said.workers.as_ref())
            .or_else(|| variable(scene.variables, "WEB_CONCURRENCY"))
            .or_else(|| Some(Told::Is(1, "gunicorn's default".to_owned()))),
        threads,
        event_loop: kind,
        directory: sources.iter().find_map(|source| source.directory.clone()),
        ..AppServer::default()
    }
}

fn said(arguments: &[String], place: &str) -> Said {
    Said {
        workers: count(arguments, &["--workers", "-w"], place),
        threads: count(arguments, &["--threads"], place),
        connections: count(arguments, &["--worker-connections"], place),
        class: option(arguments, &["--worker-class", "-k"]).map(str::to_owned),
        directory: option(arguments, &["--chdir"]).map(PathBuf::from),
        config: option(arguments, &["--config", "-c"]).map(str::to_owned),
    }
}

/// gunicorn's configuration file is Python, read and never run.
fn configuration(named: Option<&str>, directory: Option<&Path>, scene: Scene<'_>) -> Said {
    let unknown = |why: String| Said {
        workers: Some(Told::Untold(why.clone())),
        threads: Some(Told::Untold(why)),
        ..Said::default()
    };
    let name = match named {
        Some(name) if name.starts_with("python:") => {
            return unknown(format!("gunicorn's configuration is the module {}", Foreign::new(name)));
        }
        Some(name) => name.strip_prefix("file:").unwrap_or(name),
        None => "gunicorn.conf.py",
    };
    let path = directory.unwrap_or(Path::new(".")).join(name);
    if named.is_none() && !path.exists() {
        return Said::default();
    }
    // The directory may be reached over a symbolic link.
    let path = path.canonicalize().unwrap_or(path);
    let bounds = Bounds::of(path.parent());
    let module = match Module::read(&path, &bounds) {
        Ok(module) => module,
        Err(unread) => return unknown(unread.to_string()),
    };
    let text = |name: &str| module.text(name).ok().flatten();
    Said {
        workers: computed::number(&module, "workers", scene),
        threads: computed::number(&module, "threads", scene),
        connections: computed::number(&module, "worker_connections", scene),
        class: text("worker_class"),
        directory: text("chdir").map(PathBuf::from).filter(|path| path.is_absolute()),
        config: None,
    }
}
