//! `config/stale-process`: the files have changed since the process was started.

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "stale-process",
    severity: Severity::Warn,
    title: "the running process has other settings than its unit's files",
};

/// How one variable differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Both have it, with different values.
    Differs,
    /// The files have it, the process does not.
    Added,
    /// The process has it, the files do not.
    Removed,
}

/// The manager has not read the unit's changed files yet; no process runs with the old ones.
#[must_use]
pub fn not_reloaded(unit: &str) -> Finding {
    let quoted = quote::shell(unit);
    KIND.found(format!("the files of {unit} changed since systemd read them"))
        .detail(format!(
            "systemd keeps the unit as it last read it, and would start {unit} with those settings. The check goes on with what the files say now."
        ))
        .evidence("systemctl show: NeedDaemonReload=yes")
        .remedy(Remedy::new(
            "let systemd read the files again",
            [Step::new(Place::AppHost, "the service itself goes on as it is").run(format!("sudo systemctl daemon-reload && systemctl show --property NeedDaemonReload {quoted}"))],
        ))
}

/// The variables that differ, each with the place in the files, where there is one.
#[must_use]
pub fn found(unit: &str, pid: u32, changes: &[(String, Change, Option<String>)]) -> Finding {
    let names: Vec<&str> = changes.iter().map(|(name, ..)| name.as_str()).collect();
    let names = names.join(", ");
    let mut finding = KIND.found(format!("process {pid} of {unit} was started with another {names} than its files give now")).detail(format!(
        "The main process {pid} keeps the environment that it was started with, and the check goes on with that. The files of {unit} say something \
         else by now ({names}): it takes effect at the next start, and may break or mend the connection then."
    ));
    for (name, change, place) in changes {
        let place = place.as_deref().unwrap_or("the unit's files");
        finding = finding.evidence(match change {
            Change::Differs => format!("{name}: the value in {place} is not the process's (values not shown)"),
            Change::Added => format!("{name}: in {place}, and not in the process"),
            Change::Removed => format!("{name}: in the process, and not in the unit's files"),
        });
    }
    let quoted = quote::shell(unit);
    finding.remedy(Remedy::new(
        "restart the service",
        [Step::new(
            Place::AppHost,
            "read the unit's files again and start the service with them; requests under way are cut off",
        )
        .run(format!("sudo systemctl daemon-reload && sudo systemctl restart {quoted}"))],
    ))
}
