//! What the command line of a Python application server tells: where the code is, which virtual environment it runs in, how many
//! workers and threads it has.

mod arguments;
mod asgi;
mod celery;
pub mod children;
pub mod computed;
mod gunicorn;
mod told;
mod uwsgi;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use told::Told;

use crate::secret::Secret;
use arguments::filled_in;
use computed::Scene;

/// How far into a command line a server's name is looked for: `env`, `python -m`, `nice` and their like stand before it.
const PREFIX: usize = 8;

/// A worker that runs an event loop, by the name of its class or its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncLoop(pub String);

/// What a command line tells; `None` where it tells nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppServer {
    pub name: Option<&'static str>,
    /// `--chdir`
    pub directory: Option<PathBuf>,
    /// Processes.
    pub workers: Option<Told>,
    /// Threads, or greenlets, of each.
    pub threads: Option<Told>,
    /// Where each worker runs an event loop instead.
    pub event_loop: Option<AsyncLoop>,
    /// How long a worker that is being replaced may still run, where that is told.
    pub grace: Option<Duration>,
    /// The program that is run, and what it is run by.
    pub programs: Vec<PathBuf>,
}

impl AppServer {
    /// Whether the number of its workers is told.
    #[must_use]
    pub fn knows_its_workers(&self) -> bool {
        self.workers.as_ref().and_then(Told::number).is_some()
    }
}

/// Reads a command line, with the environment and the directory it runs in; `here` where it runs on this very host.
#[must_use]
pub fn read(command: &[Secret], variables: &BTreeMap<String, Secret>, directory: Option<&Path>, here: bool) -> AppServer {
    let mut words: Vec<String> = command.iter().map(|word| filled_in(word, variables)).collect();
    let programs = words.iter().take(2).map(PathBuf::from).filter(|path| path.is_absolute()).collect();
    if let [shell, option, script] = words.as_slice()
        && shell.ends_with("sh")
        && option == "-c"
    {
        words = arguments::split(script);
    }
    let scene = Scene {
        variables,
        cpus: here.then(children::cpus).flatten(),
    };
    if let [title, ..] = words.as_slice()
        && title.starts_with(gunicorn::TITLE)
    {
        return gunicorn::titled(directory, scene);
    }
    let server = words.iter().take(PREFIX).enumerate().find_map(|(index, word)| {
        let arguments = &words[index + 1..];
        Some(match Path::new(word).file_name()?.to_str()? {
            "gunicorn" => gunicorn::read(arguments, directory, scene),
            "uvicorn" => asgi::uvicorn(arguments, scene),
            "fastapi" => asgi::fastapi(arguments, scene),
            "hypercorn" => asgi::hypercorn(arguments, directory),
            "granian" => asgi::granian(arguments, scene),
            "daphne" => asgi::daphne(),
            "waitress-serve" | "waitress" => asgi::waitress(arguments),
            "uwsgi" => uwsgi::read(arguments, directory),
            "celery" => celery::read(arguments),
            _ => return None,
        })
    });
    AppServer {
        programs,
        ..server.unwrap_or_default()
    }
}
