//! `config/process-not-found`: there is no such process, or no such container.

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "process-not-found",
    severity: Severity::Fail,
    title: "there is no such process or container",
};

/// No process of this number.
#[must_use]
pub fn process(pid: u32) -> Finding {
    KIND.found(format!("there is no process {pid}"))
        .detail(format!(
            "/proc has no process {pid} whose environment could be read: it has ended, or runs in another container or on another host."
        ))
        .remedy(Remedy::new(
            "look the number up again",
            [Step::new(Place::AppHost, "the processes of Python's application servers")
                .run("ps -eo pid,user,args | grep -E 'gunicorn|uvicorn|python'")],
        ))
}

/// Neither docker nor podman knows the container.
#[must_use]
pub fn container(name: &str, asked: &[&str]) -> Finding {
    let shown = Foreign::new(name);
    let programs = asked.join(" and ");
    let steps: Vec<Step> = asked
        .iter()
        .map(|program| Step::new(Place::AppHost, format!("the containers that {program} knows")).run(format!("{program} ps --all")))
        .collect();
    KIND.found(format!("there is no container \"{shown}\""))
        .detail(format!(
            "{programs} {} no container of the name or number \"{shown}\".",
            if asked.len() == 1 { "knows" } else { "know" }
        ))
        .remedy(Remedy::new("look the name up again", steps))
}
