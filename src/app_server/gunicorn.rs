//! gunicorn: its command line, then `GUNICORN_CMD_ARGS`, then its configuration file, then `WEB_CONCURRENCY`, then its defaults.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::arguments::{count, option, split, variable};
use super::computed::{self, Scene};
use super::told::Told;
use super::{AppServer, AsyncLoop};
use crate::foreign::Foreign;
use crate::migrations::files::Bounds;
use crate::migrations::python::Module;
use crate::secret::Secret;

/// What a greenlet worker takes on at a time, unless told otherwise.
const WORKER_CONNECTIONS: u32 = 1_000;

/// What a process is called that has setproctitle: its command line is gone.
pub const TITLE: &str = "gunicorn: master";

/// What one source says.
#[derive(Debug, Default)]
struct Said {
    workers: Option<Told>,
    threads: Option<Told>,
    connections: Option<Told>,
    grace: Option<Told>,
    class: Option<String>,
    directory: Option<PathBuf>,
    config: Option<String>,
}

/// What gunicorn is told; `directory` is where it was started, or where it went since.
pub fn read(arguments: &[String], directory: Option<&Path>, scene: Scene<'_>) -> AppServer {
    let value = |name: &str| scene.variables.get(name).and_then(Secret::reveal_str);
    let line = said(arguments, "on the command line");
    let from_variable = said(&split(value("GUNICORN_CMD_ARGS").unwrap_or_default()), "in GUNICORN_CMD_ARGS");
    let config = line.config.clone().or_else(|| from_variable.config.clone());
    // The file is looked for before any --chdir.
    let start = Start {
        directory: directory.unwrap_or(Path::new(".")),
        shell: value("PWD").map(Path::new).filter(|path| path.is_absolute()),
        went_to: line.directory.as_deref().or(from_variable.directory.as_deref()),
    };
    let file = configuration(config.as_deref(), &start, scene);
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
        grace: first(|said| said.grace.as_ref())
            .and_then(|told| told.number())
            .map(|seconds| Duration::from_secs(seconds.into())),
        ..AppServer::default()
    }
}

/// A master whose command line is not to be seen.
pub fn titled(directory: Option<&Path>, scene: Scene<'_>) -> AppServer {
    let unseen = |what: &str| {
        Some(Told::Untold(format!(
            "gunicorn shows a title in the place of its command line, where its {what} may stand"
        )))
    };
    AppServer {
        workers: unseen("workers"),
        threads: unseen("threads"),
        ..read(&[], directory, scene)
    }
}

fn said(arguments: &[String], place: &str) -> Said {
    Said {
        workers: count(arguments, &["--workers", "-w"], place),
        threads: count(arguments, &["--threads"], place),
        connections: count(arguments, &["--worker-connections"], place),
        grace: count(arguments, &["--graceful-timeout"], place),
        class: option(arguments, &["--worker-class", "-k"]).map(str::to_owned),
        directory: option(arguments, &["--chdir"]).map(PathBuf::from),
        config: option(arguments, &["--config", "-c"]).map(str::to_owned),
    }
}

/// Where gunicorn was started, as far as that can be told from where it is.
struct Start<'a> {
    directory: &'a Path,
    /// The directory of the shell that started it.
    shell: Option<&'a Path>,
    went_to: Option<&'a Path>,
}

impl Start<'_> {
    /// The path of a file that was named there.
    fn path(&self, name: &str) -> PathBuf {
        let here = self.directory.join(name);
        match self.shell.map(|shell| shell.join(name)) {
            Some(there) if !here.exists() && there.exists() => there,
            _ => here,
        }
    }

    /// Whether it has left the directory of its start, which then nobody knows.
    fn is_lost(&self) -> bool {
        let place = |path: &Path| path.canonicalize().ok();
        let target = self.went_to.map(|target| self.directory.join(target));
        self.shell.is_none() && target.is_some_and(|target| place(&target).is_some_and(|target| Some(target) == place(self.directory)))
    }
}

/// gunicorn's configuration file is Python, read and never run.
fn configuration(named: Option<&str>, start: &Start<'_>, scene: Scene<'_>) -> Said {
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
    let path = start.path(name);
    if !path.exists() && start.is_lost() {
        return unknown(format!(
            "gunicorn looks for {} where it was started, before its --chdir, and where that was is not known",
            Foreign::new(name)
        ));
    }
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
        grace: computed::number(&module, "graceful_timeout", scene),
        class: text("worker_class"),
        directory: text("chdir").map(PathBuf::from).filter(|path| path.is_absolute()),
        config: None,
    }
}
