//! `config/shell-only`: the shell has the settings, the service has not.

use crate::finding::{Finding, Kind, Severity};
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::source::{Place as Where, Source};

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "shell-only",
    severity: Severity::Fail,
    title: "the shell has database settings that the service does not have",
};

/// The service has nothing, this shell has something.
#[must_use]
pub fn found(service: &Where, shell: &Source) -> Finding {
    let lacking = service.described();
    let subject = shell.subject();
    let finding = KIND
        .found(format!("{subject} is set in this shell, and not in {lacking}"))
        .detail(format!(
            "{shell} of this shell names a database. {} has no variable under any usual name of one. What is exported in a shell, or in a file that a \
             shell reads, does not reach a service.",
            capitalised(&lacking)
        ))
        .evidence(format!("this shell: {subject} is set"))
        .evidence(format!("{lacking}: not set"));
    finding.remedy(match service {
        Where::Unit(unit) | Where::UnitFile { unit, .. } | Where::Manager { unit, .. } | Where::Process { unit: Some(unit), .. } => Remedy::new(
            "give the setting to the unit, then restart it",
            [
                Step::new(
                    Place::AppConfig,
                    format!("in the editor that opens, write [Service] and EnvironmentFile=/etc/{}.env; put {subject} into that file, owned by root with mode 0600", stem(unit)),
                )
                .run(format!("sudo systemctl edit {}", quote::shell(unit))),
                Step::new(Place::AppHost, "start the service with it").run(format!("sudo systemctl restart {}", quote::shell(unit))),
            ],
        ),
        Where::Container(name) => Remedy::new(
            "give the setting to the container",
            [Step::new(
                Place::AppHost,
                format!("start the container \"{}\" anew with --env-file or, in compose, env_file: a running container keeps its environment", crate::foreign::Foreign::new(name.as_str())),
            )],
        ),
        _ => Remedy::new(
            "give the setting to whatever starts the process",
            [Step::new(Place::AppConfig, format!("set {subject} where the process gets its environment, and start it anew"))],
        ),
    })
}

fn stem(unit: &str) -> &str {
    unit.rsplit_once('.').map_or(unit, |(stem, _)| stem)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
