//! `config/unit-not-found`: systemd has no such unit.

use std::path::Path;

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "unit-not-found",
    severity: Severity::Fail,
    title: "there is no such unit",
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

/// The system's manager has none, but users' managers have one, made by this file.
#[must_use]
pub fn of_users(name: &str, path: &Path) -> Finding {
    let shown = Foreign::new(name);
    let path = Foreign::new(path.to_string_lossy());
    let quoted = crate::quote::shell(name);
    KIND.found(format!("\"{shown}\" is a unit of a user's manager"))
        .detail(format!(
            "The system's manager has no unit \"{shown}\"; {path} makes one for the manager of a user (systemctl --user). The doctor reads units of the \
             system's manager, and of any other its running process."
        ))
        .evidence(format!("made by {path}"))
        .remedy(Remedy::new(
            "name the running process, as the user whose unit it is",
            [
                Step::new(Place::AppHost, "start the service where it does not run").run(format!("systemctl --user start {quoted}")),
                Step::new(Place::AppHost, "check with the environment of its main process")
                    .run(format!("dbdoctor check --pid \"$(systemctl --user show --property MainPID --value {quoted})\"")),
            ],
        ))
}

/// A template without an instance.
#[must_use]
pub fn template(name: &str) -> Finding {
    let shown = Foreign::new(name);
    KIND.found(format!("\"{shown}\" is a template: it names no instance"))
        .detail(format!(
            "systemd starts \"{shown}\" only with an instance between the \"@\" and the \".\", which the unit's files use as %i. Each instance may have settings \
             of its own."
        ))
        .remedy(Remedy::new(
            "name an instance",
            [Step::new(Place::AppHost, "the instances that are there")
                .run(format!("systemctl list-units --all --no-pager {}", crate::quote::shell(&name.replacen('@', "@*", 1))))],
        ))
}

/// A link to /dev/null, or an empty file.
#[must_use]
pub fn masked(name: &str, path: &Path) -> Finding {
    let shown = Foreign::new(name);
    let path = Foreign::new(path.to_string_lossy());
    KIND.found(format!("the unit \"{shown}\" is masked"))
        .detail(format!(
            "{path} is empty or leads to /dev/null: systemd cannot start the unit, and it gives no service its settings."
        ))
        .evidence(format!("masked by {path}"))
        .remedy(list())
}

fn list() -> Remedy {
    Remedy::new(
        "take the name from the list of units",
        [
            Step::new(Place::AppHost, "the services that are there").run("systemctl list-unit-files --type=service --no-pager"),
            Step::new(
                Place::AppHost,
                "where the service runs without systemd, find its process and name it with --pid",
            )
            .run("ps -eo pid,user,args | grep -E 'gunicorn|uvicorn|python'"),
        ],
    )
}
