//! Celery's workers and its clock.

use super::AppServer;
use super::arguments::{count, option};
use super::told::Told;
use crate::foreign::Foreign;

/// What `celery … worker` or `celery … beat` is told.
pub fn read(arguments: &[String]) -> AppServer {
    let one = |why: &str| Some(Told::Is(1, why.to_owned()));
    if !arguments.iter().any(|word| word == "worker") {
        let is_beat = arguments.iter().any(|word| word == "beat");
        return AppServer {
            name: Some("celery"),
            workers: is_beat.then(|| one("celery beat is one process")).flatten(),
            threads: is_beat.then(|| one("celery beat has one thread")).flatten(),
            ..AppServer::default()
        };
    }
    let concurrency = concurrency(arguments);
    let pool = option(arguments, &["--pool", "-P"]).unwrap_or("prefork");
    let (workers, threads) = match pool {
        "solo" => (one("the solo pool is one process"), one("the solo pool has one thread")),
        "threads" | "gevent" | "eventlet" => (one("this pool is one process"), Some(concurrency)),
        _ => (Some(concurrency), one("a process of the prefork pool runs one task at a time")),
    };
    AppServer {
        name: Some("celery"),
        workers,
        threads,
        ..AppServer::default()
    }
}

fn concurrency(arguments: &[String]) -> Told {
    if let Some(range) = option(arguments, &["--autoscale"]) {
        return match range.split(',').next().and_then(|most| most.parse().ok()) {
            Some(most) => Told::Is(most, "the most of --autoscale on the command line".to_owned()),
            None => Told::Untold(format!("--autoscale on the command line is \"{}\"", Foreign::new(range))),
        };
    }
    count(arguments, &["--concurrency", "-c"], "on the command line").unwrap_or_else(|| {
        Told::Untold("celery worker has no --concurrency: worker_concurrency in the code decides, else the number of CPUs".to_owned())
    })
}
