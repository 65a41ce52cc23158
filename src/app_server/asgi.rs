//! uvicorn, hypercorn and daphne: processes with an event loop each; and waitress: one process with threads.

use super::arguments::{count, option, variable};
use super::computed::Scene;
use super::told::Told;
use super::{AppServer, AsyncLoop};
use crate::foreign::Foreign;

fn default(number: u32, of: &str) -> Told {
    Told::Is(number, format!("{of}'s default"))
}

fn looping(name: &'static str, workers: Option<Told>) -> AppServer {
    AppServer {
        name: Some(name),
        workers,
        event_loop: Some(AsyncLoop(name.to_owned())),
        ..AppServer::default()
    }
}

/// What uvicorn is told.
pub fn uvicorn(arguments: &[String], scene: Scene<'_>) -> AppServer {
    let workers = count(arguments, &["--workers"], "on the command line")
        .or_else(|| variable(scene.variables, "UVICORN_WORKERS"))
        .or_else(|| variable(scene.variables, "WEB_CONCURRENCY"))
        .or_else(|| Some(default(1, "uvicorn")));
    looping("uvicorn", workers)
}

/// What hypercorn is told; its configuration file may say more.
pub fn hypercorn(arguments: &[String]) -> AppServer {
    let told = count(arguments, &["--workers", "-w"], "on the command line");
    let workers = told.unwrap_or_else(|| match option(arguments, &["--config", "-c"]) {
        Some(file) => Told::Untold(format!("hypercorn's configuration {} may set workers", Foreign::new(file))),
        None => default(1, "hypercorn"),
    });
    looping("hypercorn", Some(workers))
}

/// daphne is one process.
pub fn daphne() -> AppServer {
    looping("daphne", Some(Told::Is(1, "daphne is one process".to_owned())))
}

/// waitress is one process with threads.
pub fn waitress(arguments: &[String]) -> AppServer {
    AppServer {
        name: Some("waitress"),
        workers: Some(Told::Is(1, "waitress is one process".to_owned())),
        threads: count(arguments, &["--threads"], "on the command line").or_else(|| Some(default(4, "waitress"))),
        ..AppServer::default()
    }
}
