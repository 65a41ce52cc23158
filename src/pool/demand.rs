//! How many connections the application can open at most.

use crate::request::Demand;

/// What one worker process can open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PerProcess {
    /// Its pool's size and overflow.
    Pool { size: i64, overflow: Option<i64> },
    /// A pool without an upper limit (`max_overflow = -1`).
    Unbounded,
    /// One for each thread: no pool, or Django's persistent connections.
    Threads(i64),
}

/// The worst case, where enough is known to reckon it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    pub workers: i64,
    pub per_process: PerProcess,
    /// Threads of each worker: a pool that leaks nothing opens no more than that.
    pub threads: Option<i64>,
}

impl Estimate {
    /// Needs the number of workers, and either the pool's size or the number of threads; nothing is assumed in their place.
    #[must_use]
    pub fn of(demand: &Demand) -> Option<Self> {
        let threads = demand.threads.map(i64::from);
        let per_process = match (demand.pool_size.map(i64::from), demand.max_overflow) {
            (_, Some(overflow)) if overflow < 0 => PerProcess::Unbounded,
            // QueuePool's "no limit".
            (Some(0), Some(_)) => PerProcess::Unbounded,
            (Some(size), overflow) => PerProcess::Pool { size, overflow },
            (None, _) => PerProcess::Threads(threads?),
        };
        Some(Self {
            workers: demand.workers.map(i64::from)?,
            per_process,
            threads,
        })
    }

    /// Connections that one process can open; `None` is no limit.
    #[must_use]
    pub fn each(&self) -> Option<i64> {
        match self.per_process {
            PerProcess::Pool { size, overflow } => Some(size.saturating_add(overflow.unwrap_or(0))),
            PerProcess::Threads(threads) => Some(threads),
            PerProcess::Unbounded => None,
        }
    }

    /// Connections that all processes can open; `None` is no limit.
    #[must_use]
    pub fn total(&self) -> Option<i64> {
        self.each().map(|each| each.saturating_mul(self.workers))
    }

    /// `4 workers × (pool size 10 + overflow 20) = 120`
    #[must_use]
    pub fn formula(&self) -> String {
        let total = self.total().unwrap_or_default();
        let workers = count(self.workers);
        match self.per_process {
            PerProcess::Pool {
                size,
                overflow: Some(overflow),
            } => format!("{workers} × (pool size {size} + overflow {overflow}) = {total}"),
            PerProcess::Pool { size, overflow: None } => format!("{workers} × pool size {size} = {total}, without any overflow"),
            PerProcess::Threads(threads) => format!("{workers} × {threads} threads = {total}"),
            PerProcess::Unbounded => format!("{workers} × a pool without an upper limit"),
        }
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
