//! uvicorn, hypercorn and daphne: processes with an event loop each; granian, which has threads for WSGI; and waitress: one process with threads.

use std::path::Path;

use super::arguments::{count, option, variable};
use super::computed::Scene;
use super::told::Told;
use super::{AppServer, AsyncLoop};
use crate::file;
use crate::foreign::Foreign;
use crate::secret::Secret;

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

/// What `fastapi run` hands on to uvicorn.
pub fn fastapi(arguments: &[String], scene: Scene<'_>) -> AppServer {
    let workers = count(arguments, &["--workers"], "on the command line")
        .or_else(|| variable(scene.variables, "WEB_CONCURRENCY"))
        .or_else(|| Some(default(1, "uvicorn")));
    looping("uvicorn", workers)
}

/// What hypercorn is told.
pub fn hypercorn(arguments: &[String], directory: Option<&Path>) -> AppServer {
    let workers = count(arguments, &["--workers", "-w"], "on the command line")
        .or_else(|| of_toml(directory.unwrap_or(Path::new("")), option(arguments, &["--config", "-c"])?))
        .unwrap_or_else(|| default(1, "hypercorn"));
    looping("hypercorn", Some(workers))
}

/// The workers of hypercorn's configuration file, where that is TOML; `None` where it sets none.
fn of_toml(directory: &Path, name: &str) -> Option<Told> {
    let shown = Foreign::new(name);
    let untold = |why: &str| Some(Told::Untold(format!("hypercorn's configuration {shown} {why}")));
    if name.starts_with("python:") || name.starts_with("file:") {
        return untold("is code");
    }
    let text = match file::read_bytes(&directory.join(name)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => return untold("cannot be read"),
    };
    let Ok(table) = text.parse::<toml::Table>() else {
        return untold("is no TOML");
    };
    let number = table.get("workers")?.as_integer().and_then(|workers| u32::try_from(workers).ok());
    number.map_or_else(
        || untold("sets workers to no number"),
        |number| Some(Told::Is(number, format!("workers in {shown}"))),
    )
}

/// What granian is told. For WSGI it has threads, whose default is half of the requests that it lets in at a time.
pub fn granian(arguments: &[String], scene: Scene<'_>) -> AppServer {
    let said =
        |option: &'static str, name: &str| count(arguments, &[option], "on the command line").or_else(|| variable(scene.variables, name));
    let workers = said("--workers", "GRANIAN_WORKERS").unwrap_or_else(|| default(1, "granian"));
    let interface = option(arguments, &["--interface"])
        .or_else(|| scene.variables.get("GRANIAN_INTERFACE").and_then(Secret::reveal_str))
        .unwrap_or("rsgi");
    if interface != "wsgi" {
        return looping("granian", Some(workers));
    }
    let number = |told: Option<Told>| told.and_then(|told| told.number());
    let of_defaults = || {
        let backlog = number(said("--backlog", "GRANIAN_BACKLOG")).unwrap_or(1_024).max(128);
        let shared = || Some(backlog / workers.number()?.max(1));
        let backpressure = number(said("--backpressure", "GRANIAN_BACKPRESSURE")).or_else(shared)?;
        Some(default((backpressure.max(1) / 2).max(1), "granian"))
    };
    AppServer {
        name: Some("granian"),
        threads: said("--blocking-threads", "GRANIAN_BLOCKING_THREADS").or_else(of_defaults),
        workers: Some(workers),
        ..AppServer::default()
    }
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
