//! `config/value-unknown`: a variable is set to what the doctor cannot see.

use crate::finding::{Finding, Kind, Severity};
use crate::foreign::Foreign;
use crate::layer::Layer;
use crate::quote;
use crate::remedy::{Place, Remedy, Step};
use crate::settings::choice::Unknown;
use crate::settings::source::Place as Origin;

pub static KIND: Kind = Kind {
    layer: Layer::Config,
    slug: "value-unknown",
    severity: Severity::Warn,
    title: "a setting has a value that only the service manager knows",
};

/// Something else says where to connect, and the check goes on with that.
#[must_use]
pub fn found(place: &Origin, unknown: &Unknown) -> Finding {
    let subject = subject(unknown);
    let finding = KIND
        .found(format!("{subject} in {} cannot be seen from here", place.described()))
        .detail(format!(
            "{subject} comes from {}. The check goes on with what can be seen; if the application reads {subject} first, it connects elsewhere.",
            unknown.from
        ))
        .evidence(unknown.from.clone());
    let Origin::Unit(unit) = place else { return finding };
    let unit = quote::shell(unit);
    finding.remedy(Remedy::new(
        "look at the running service, which has the value",
        [
            Step::new(Place::AppHost, "start the service where it does not run").run(format!("sudo systemctl start {unit}")),
            Step::new(Place::AppHost, "check with the environment of its main process").run(format!(
                "sudo dbdoctor check --unit {unit} --pid \"$(systemctl show --property MainPID --value {unit})\""
            )),
        ],
    ))
}

/// Nothing else says where to connect: why the doctor cannot tell.
#[must_use]
pub fn reason(unknown: &Unknown) -> String {
    format!(
        "{} comes from {}, and nothing else says where the database is; ask the running service with --pid",
        subject(unknown),
        unknown.from
    )
}

fn subject(unknown: &Unknown) -> String {
    unknown
        .name
        .as_deref()
        .map_or_else(|| "what an env file sets".to_owned(), |name| Foreign::new(name).to_string())
}
