//! `config/unit-not-found`: systemd has no such unit.

use std::path::Path;

use crate::finding::{Explanation, Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "unit-not-found",
    severity: Severity::Fail,
    title: "there is no such unit",
    explanation: Explanation {
        meaning: "No file of that name is in any directory from which systemd loads units, or the unit is masked.",
        tell: "systemctl status says: Unit … could not be found, or: Loaded: masked.",
        causes: &[
            "the name is spelt otherwise, or the service is an instance of a template (name@instance)",
            "it is a user's unit, which systemctl --user shows",
            "the application is started by something else: supervisor, docker, a process manager",
        ],
        fixes: &[
            "list the units and take the name from there",
            "name the process with --pid, or the env file with --env-file",
        ],
        mistaken_for: "A service that is not running: a stopped unit is found all the same.",
    },
};

/// No file of that name; `similar` are units whose names resemble it.
#[must_use]
pub fn nowhere(name: &str, similar: &[String]) -> Finding {
    let shown = Foreign::new(name);
    let mut finding = KIND.found(format!("there is no unit \"{shown}\"")).detail(format!(
        "No file makes the unit \"{shown}\" in the directories from which the system's manager loads units (/etc/systemd/system, \
         /run/systemd/system, /usr/local/lib/systemd/system, /usr/lib/systemd/system, /lib/systemd/system and what generators make)."
    ));
    if !similar.is_empty() {
        finding = finding.evidence(format!("units with similar names: {}", similar.join(", ")));
    }
    finding.remedy(list())
}

/// A link to /dev/null, or an empty file.
#[must_use]
pub fn masked(name: &str, path: &Path) -> Finding {
    let shown = Foreign::new(name);
    let path = Foreign::new(path.to_string_lossy());
    KIND.found(format!("the unit \"{shown}\" is masked"))
        .detail(format!("{path} is empty or leads to /dev/null: systemd cannot start the unit, and it gives no service its settings."))
        .evidence(format!("masked by {path}"))
        .remedy(list())
}

fn list() -> Remedy {
    Remedy::new(
        "take the name from the list of units",
        [
            Step::new(Place::AppHost, "the services that are there").run("systemctl list-unit-files --type=service --no-pager"),
            Step::new(Place::AppHost, "where the service runs without systemd, find its process and name it with --pid").run("ps -eo pid,user,args | grep -E 'gunicorn|uvicorn|python'"),
        ],
    )
}
