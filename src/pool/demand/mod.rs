//! How many connections the application can open at most.

mod fit;
mod part;
mod service;

pub use part::{Part, PerProcess, count};
pub use service::Service;

use crate::app_server::computed::Scene;
use crate::pool::code::{self, CodePool};
use crate::request::Demand;

/// The worst case of all services on all hosts, as far as it can be reckoned.
#[derive(Debug, Clone)]
pub struct Estimate {
    /// `None` where only one host is spoken of.
    pub hosts: Option<i64>,
    /// The services whose demand is known; never empty.
    pub parts: Vec<Part>,
    /// Why the demand of others is not.
    pub untold: Vec<String>,
    /// Where each number comes from.
    pub sources: Vec<String>,
}

/// What the code of each service says of its pools, in the order of the services.
pub type Codes = Vec<Option<CodePool>>;

/// Reads the code of each service that is known to open connections.
#[must_use]
pub fn read_code(services: &[Service]) -> Codes {
    let read = |service: &Service| {
        if service.stated.is_some() {
            return service.stated.clone();
        }
        let scene = Scene {
            variables: &service.variables,
            cpus: service.here.then(crate::app_server::children::cpus).flatten(),
        };
        let project = service.project.as_deref()?.canonicalize().ok()?;
        code::read(&project, scene)
    };
    services.iter().map(read).collect()
}

impl Estimate {
    /// What the user says counts for the first service, which is the one that is checked, and its hosts for all.
    ///
    /// # Errors
    ///
    /// Why nothing at all is known.
    pub fn of(said: &Demand, services: &[Service], codes: &Codes) -> Result<Self, Vec<String>> {
        let mut estimate = Self {
            hosts: said.hosts.filter(|hosts| *hosts != 1).map(i64::from),
            parts: Vec::new(),
            untold: Vec::new(),
            sources: Vec::new(),
        };
        let nothing_said = Demand::default();
        let only = Service::default();
        let services = if services.is_empty() {
            std::slice::from_ref(&only)
        } else {
            services
        };
        for (index, service) in services.iter().enumerate() {
            let said = if index == 0 { said } else { &nothing_said };
            let code = codes.get(index).and_then(Option::as_ref);
            match Part::of(said, service, code) {
                Ok(part) => {
                    estimate.sources.extend(sources(said, service, code, &part, services.len() > 1));
                    estimate.parts.push(part);
                }
                Err(why) => estimate.untold.push(match &service.name {
                    Some(name) if services.len() > 1 => format!("{name}: {why}"),
                    _ => why,
                }),
            }
        }
        if estimate.parts.is_empty() {
            Err(estimate.untold)
        } else {
            Ok(estimate)
        }
    }

    /// Connections of all parts on all hosts; `None` is no limit.
    #[must_use]
    pub fn total(&self) -> Option<i64> {
        let here: Option<i64> = self
            .parts
            .iter()
            .map(Part::total)
            .try_fold(0_i64, |sum, part| Some(sum.saturating_add(part?)));
        here.map(|here| here.saturating_mul(self.hosts.unwrap_or(1)))
    }

    /// Processes of all parts on all hosts.
    #[must_use]
    pub fn workers(&self) -> i64 {
        let here: i64 = self.parts.iter().map(|part| part.workers).sum();
        here.saturating_mul(self.hosts.unwrap_or(1))
    }

    /// `3 hosts × 4 workers × (pool size 10 + overflow 20) = 360`
    #[must_use]
    pub fn formula(&self) -> String {
        let hosts = self.hosts.map_or_else(String::new, |hosts| format!("{hosts} hosts × "));
        let (inner, extra) = match self.parts.as_slice() {
            [part] => {
                let no_overflow = matches!(part.per_process, PerProcess::Pool { overflow: None, .. });
                (part.factors(), if no_overflow { ", without any overflow" } else { "" })
            }
            parts => {
                let parts: Vec<String> = parts.iter().map(Part::named).collect();
                (format!("({})", parts.join(" + ")), "")
            }
        };
        match self.total() {
            Some(total) => format!("{hosts}{inner} = {total}{extra}"),
            None => format!("{hosts}{inner}"),
        }
    }
}

/// Where the numbers of a service come from, where that is not the command line of the doctor.
fn sources(said: &Demand, service: &Service, code: Option<&CodePool>, part: &Part, several: bool) -> Vec<String> {
    let mut sources = Vec::new();
    let whose = service
        .name
        .as_ref()
        .filter(|_| several)
        .map_or_else(String::new, |name| format!("{name}: "));
    if let (None, Some(workers)) = (said.workers, &service.workers) {
        sources.push(format!("{whose}workers: {workers}"));
    }
    if let (None, Some(threads), PerProcess::Threads { .. }) = (said.threads, &service.threads, part.per_process) {
        sources.push(format!("{whose}threads: {threads}"));
    }
    if let (None, None, Some(code)) = (said.pool_size, said.max_overflow, code) {
        let defaults = if code.defaults.is_empty() {
            String::new()
        } else {
            format!(", with the library's defaults {}", code.defaults.join(" and "))
        };
        sources.push(format!("{whose}pool: {} in {}{defaults}", code.library, code.place));
    }
    sources
}
