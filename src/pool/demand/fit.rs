//! What of the demand fits where there is less room than it wants.

use super::{Estimate, PerProcess, count};

impl Estimate {
    /// The largest setting that fits into so many connections.
    #[must_use]
    pub fn largest_that_fits(&self, room: i64) -> String {
        let hosts = self.hosts.unwrap_or(1).max(1);
        let [part] = self.parts.as_slice() else {
            let each = room / self.workers().max(1);
            if each == 0 {
                return format!("{} do not fit, even with one connection each.", count(self.workers()));
            }
            return format!("The largest that fits in every worker of every service: {each} connections.");
        };
        let per_host = room / hosts;
        let each = per_host / part.workers.max(1);
        let on_each = if hosts > 1 { " on each host" } else { "" };
        let fewer = part
            .each()
            .filter(|each| *each > 0)
            .map(|each| per_host / each)
            .filter(|workers| *workers > 0)
            .map_or(String::new(), |workers| format!(", or {}{on_each} as now", count(workers)));
        if each == 0 {
            return format!("{} do not fit, even with one connection each{fewer}.", count(self.workers()));
        }
        match part.per_process {
            PerProcess::Threads { databases, .. } if each / databases.max(1) > 0 => {
                format!("The largest that fits: {} threads in each worker{fewer}.", each / databases.max(1))
            }
            PerProcess::Threads { databases, .. } => format!("One thread with {databases} databases in each worker does not fit{fewer}."),
            PerProcess::Pool { engines, .. } if engines > 1 && each / engines > 0 => {
                format!(
                    "The largest that fits: pool size + overflow = {} for each engine in each worker{fewer}.",
                    each / engines
                )
            }
            PerProcess::Pool { .. } | PerProcess::Unbounded => {
                format!("The largest that fits: pool size + overflow = {each} in each worker{fewer}.")
            }
        }
    }
}
