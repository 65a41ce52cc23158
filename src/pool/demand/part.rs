//! What one service can open.

use super::service::Service;
use crate::app_server::Told;
use crate::pool::code::{CodePool, Each};
use crate::request::Demand;

/// What one worker process can open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PerProcess {
    /// Its pool's size and overflow, for each of so many engines.
    Pool { size: i64, overflow: Option<i64>, engines: i64 },
    /// A pool without an upper limit (`max_overflow = -1`).
    Unbounded,
    /// One for each thread and database: no pool, or Django's persistent connections.
    Threads { threads: i64, databases: i64 },
}

/// A service whose worst case is known.
#[derive(Debug, Clone)]
pub struct Part {
    pub name: Option<String>,
    pub workers: i64,
    pub per_process: PerProcess,
    /// Threads of each worker: a pool that leaks nothing opens no more than that.
    pub threads: Option<i64>,
}

impl Part {
    /// Needs the number of workers, and either the pool's size or the number of threads; nothing is assumed in their place.
    ///
    /// # Errors
    ///
    /// What is missing.
    pub fn of(said: &Demand, service: &Service, code: Option<&CodePool>) -> Result<Self, String> {
        if let Some(why) = &service.unknown {
            return Err(why.clone());
        }
        let threads = number(said.threads, service.threads.as_ref());
        let Some(workers) = number(said.workers, service.workers.as_ref()) else {
            return Err(untold("workers", service.workers.as_ref(), "--workers"));
        };
        let per_process = of_process(said, service, code, threads)?;
        Ok(Self {
            name: service.name.clone(),
            workers,
            per_process,
            threads,
        })
    }

    /// Connections that one process can open; `None` is no limit.
    #[must_use]
    pub fn each(&self) -> Option<i64> {
        match self.per_process {
            PerProcess::Pool { size, overflow, engines } => Some(size.saturating_add(overflow.unwrap_or(0)).saturating_mul(engines)),
            PerProcess::Threads { threads, databases } => Some(threads.saturating_mul(databases)),
            PerProcess::Unbounded => None,
        }
    }

    /// Connections that all its processes can open; `None` is no limit.
    #[must_use]
    pub fn total(&self) -> Option<i64> {
        self.each().map(|each| each.saturating_mul(self.workers))
    }

    /// `4 workers × (pool size 10 + overflow 20)`
    #[must_use]
    pub fn factors(&self) -> String {
        let workers = count(self.workers);
        match self.per_process {
            PerProcess::Pool { size, overflow, engines } => {
                let engines = if engines == 1 {
                    String::new()
                } else {
                    format!("{engines} engines × ")
                };
                match overflow {
                    Some(overflow) => format!("{workers} × {engines}(pool size {size} + overflow {overflow})"),
                    None => format!("{workers} × {engines}pool size {size}"),
                }
            }
            PerProcess::Threads { threads, databases: 1 } => format!("{workers} × {}", of_threads(threads)),
            PerProcess::Threads { threads, databases } => format!("{workers} × {} × {databases} databases", of_threads(threads)),
            PerProcess::Unbounded => format!("{workers} × a pool without an upper limit"),
        }
    }

    /// The same, with the service's name where there are several.
    #[must_use]
    pub fn named(&self) -> String {
        match &self.name {
            Some(name) => format!("{name}: {}", self.factors()),
            None => self.factors(),
        }
    }
}

fn of_process(said: &Demand, service: &Service, code: Option<&CodePool>, threads: Option<i64>) -> Result<PerProcess, String> {
    let per_thread = |databases| match (threads, &service.event_loop) {
        (Some(threads), _) => Ok(PerProcess::Threads { threads, databases }),
        (None, Some(event_loop)) => Err(format!(
            "how many threads a worker of {} uses for the database depends on the code; --threads says so",
            event_loop.0
        )),
        (None, None) => Err(untold("threads", service.threads.as_ref(), "--threads")),
    };
    match (said.pool_size.map(i64::from), said.max_overflow) {
        (_, Some(overflow)) if overflow < 0 => return Ok(PerProcess::Unbounded),
        // QueuePool's "no limit".
        (Some(0), Some(_)) => return Ok(PerProcess::Unbounded),
        (Some(size), overflow) => {
            return Ok(PerProcess::Pool {
                size,
                overflow,
                engines: 1,
            });
        }
        (None, _) => {}
    }
    match code.map(|pool| &pool.each) {
        Some(Each::Pool { size, overflow, engines }) => Ok(PerProcess::Pool {
            size: *size,
            overflow: *overflow,
            engines: *engines,
        }),
        Some(Each::Unbounded) => Ok(PerProcess::Unbounded),
        Some(Each::PerThread { databases }) => per_thread(*databases),
        Some(Each::Untold(why)) => Err(format!("{why}; --pool-size says it")),
        None => per_thread(1),
    }
}

fn number(said: Option<u32>, told: Option<&Told>) -> Option<i64> {
    said.or_else(|| told?.number()).map(i64::from)
}

fn untold(what: &str, told: Option<&Told>, option: &str) -> String {
    match told {
        Some(told) => format!("the number of {what} {told}; {option} says it"),
        None => format!("nothing tells the number of {what}; {option} says it"),
    }
}

/// `1 worker`, `4 workers`
#[must_use]
pub fn count(workers: i64) -> String {
    match workers {
        1 => "1 worker".to_owned(),
        many => format!("{many} workers"),
    }
}

fn of_threads(threads: i64) -> String {
    match threads {
        1 => "1 thread".to_owned(),
        many => format!("{many} threads"),
    }
}
